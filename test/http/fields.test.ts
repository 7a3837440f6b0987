/** [http-and-cli.21] What a request says is wrong, over the API: all of it at once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi, token } from './api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const post = async (path: string, body: string | FormData, type?: string) => {
  const headers = { authorization: `Bearer ${token}`, ...(type && { 'content-type': type }) };
  const response = await fetch(api.url + path, { method: 'POST', headers, body });
  const { error } = (await response.json()) as { error: { code: string; field?: string; message: string } };
  return { status: response.status, ...error };
};

describe('[http-and-cli.21] several fields at fault', () => {
  it('are all named for a message as JSON', async () => {
    expect(await post('/eliza/message', '{"roomId": 5, "Text": "hi"}', 'application/json')).toEqual({
      status: 422,
      code: 'invalid_field',
      field: 'text',
      message:
        'text: is missing; userId: is missing; roomId: must be a text, not a number; ' +
        'Text: unknown; did you mean "text"?',
    });
  });

  it('are all named for a message as a form', async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ roomId: '..', metadata: '{', usrId: 'alice' }))
      form.append(name, value);
    expect(await post('/eliza/message', form)).toEqual({
      status: 422,
      code: 'invalid_field',
      field: 'userId',
      message:
        'userId: is missing; roomId: must not be "." or ".."; ' +
        'metadata: must be an object, in multipart as JSON text like {"source": "shop"}; ' +
        'usrId: unknown; did you mean "userId"?',
    });
  });
});
