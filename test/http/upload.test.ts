import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Api, answerOf, limits, people, refusal, startApi, token } from './api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

it('stores files as attachments of the message', async () => {
  const form = formOf({ text: 'look', userId: 'alice', roomId: 'r', messageId: 'm', metadata: '{"a":1}' });
  form.append('file', new Blob(['hello file'], { type: 'text/plain' }), 'Grüße.txt');
  form.append('file', new Blob([new Uint8Array([1, 2, 3])], { type: 'image/png' }), '../../etc/pic.png');
  expect(await answerOf(upload(form))).toMatchObject({
    messageId: 'm',
    roomId: 'r',
    reply: { text: 'echo: look' },
  });
  const [message] = people(api.host.memories);
  expect(message!.content.attachments).toEqual([
    { name: 'Grüße.txt', mediaType: 'text/plain', size: 10, file: expect.any(String) },
    { name: 'pic.png', mediaType: 'image/png', size: 3, file: expect.any(String) },
  ]);
  expect(Buffer.from(api.host.files.get(message!.content.attachments[0]!.file)!).toString()).toBe(
    'hello file',
  );
  expect(message!.source.metadata).toEqual({ metadata: { a: 1 } });
  const history = (await (await api.get('/eliza/rooms/r/messages')).json()) as { messages: object[] };
  expect(history.messages[0]).toMatchObject({
    attachments: [{ name: 'Grüße.txt', mediaType: 'text/plain', size: 10 }, { name: 'pic.png' }],
  });
  expect(history.messages[1]).not.toHaveProperty('attachments');
});

it('needs no text beside a file, and no file beside a text', async () => {
  const file = formOf({ userId: 'alice' });
  file.append('file', new Blob(['x']), 'x.bin');
  expect((await upload(file)).status).toBe(200);
  expect((await upload(formOf({ userId: 'alice', text: 'hello' }))).status).toBe(200);
  expect(await refusal(upload(formOf({ userId: 'alice' })))).toEqual([422, 'text_empty']);
});

it('does not trust names and media types', async () => {
  const odd = 'a%0Ab\u2028.txt';
  const body =
    part(`name="userId"`, 'alice') + part(`name="file"; filename="${odd}"\r\nContent-Type: we!rd/type`, 'x');
  expect((await raw(`${body}--b--\r\n`)).status).toBe(200);
  expect(people(api.host.memories)[0]!.content.attachments[0]).toMatchObject({
    name: 'ab.txt',
    mediaType: 'application/octet-stream',
  });
});

it.each<[string, () => Promise<Response>, [number, string, string?]]>([
  [
    'a wrong field',
    () => upload(formOf({ userId: 'alice', text: 'x', room: 'y' })),
    [422, 'invalid_field', 'room'],
  ],
  [
    'a field given twice',
    () => raw(`${part('name="userId"', 'a')}${part('name="userId"', 'b')}--b--\r\n`),
    [422, 'invalid_field', 'userId'],
  ],
  [
    'metadata that is not JSON',
    () => upload(formOf({ userId: 'alice', text: 'x', metadata: '{' })),
    [422, 'invalid_field', 'metadata'],
  ],
  [
    'metadata that is no object',
    () => upload(formOf({ userId: 'alice', text: 'x', metadata: '7' })),
    [422, 'invalid_field', 'metadata'],
  ],
  ['a file under another name', () => upload(withFile('picture', 'x')), [400, 'invalid_upload', 'picture']],
  [
    'too large a file',
    () => upload(withFile('file', 'x'.repeat(limits.maxFileBytes + 1))),
    [413, 'body_too_large', 'file'],
  ],
  [
    'too large a text part',
    () => upload(formOf({ userId: 'a', text: 'x'.repeat(limits.maxBodyBytes + 1) })),
    [413, 'body_too_large'],
  ],
  [
    'a body larger than all limits together',
    () => upload(withFile('file', 'x'.repeat(1_000_000))),
    [413, 'body_too_large'],
  ],
  ['too many files', () => upload(withFile('file', 'x', 3)), [400, 'invalid_upload', 'file']],
  [
    'too many fields',
    () => upload(formOf(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`f${n}`, 'x'])))),
    [400, 'invalid_upload'],
  ],
  ['nested names', () => upload(formOf({ 'a[b][c]': 'x' })), [400, 'invalid_upload', 'a[b][c]']],
  ['a part without a name', () => raw(`${part('x="y"', 'a')}--b--\r\n`), [400, 'invalid_upload']],
  ['no boundary', () => raw('x', 'multipart/form-data'), [400, 'invalid_upload']],
  ['a body that breaks off', () => raw(part('name="text"', 'a')), [400, 'invalid_upload']],
  ['no parts at all', () => raw(''), [400, 'invalid_upload']],
])('refuses %s', async (_, send, expected) => {
  expect(await refusal(send())).toEqual(expected);
  expect([api.host.memories, api.host.files.size, api.logged]).toEqual([[], 0, []]);
});

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

function withFile(name: string, content: string, count = 1): FormData {
  const form = formOf({ userId: 'alice', text: 'x' });
  for (let n = 0; n < count; n++) form.append(name, new Blob([content]), 'x.bin');
  return form;
}

function upload(form: FormData): Promise<Response> {
  return fetch(`${api.url}/eliza/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
}

function raw(body: string, type = 'multipart/form-data; boundary=b'): Promise<Response> {
  return api.post(body, { 'content-type': type });
}

function part(disposition: string, content: string): string {
  return `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
}
