/** Many uploads at once must not fill the memory. */
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi, token } from './api.js';

let api: Api;
beforeEach(async () => {
  // Room for one of the uploads below, and for no second one beside it.
  api = await startApi({ maxUploadingBytes: 6000 });
});
afterEach(() => api.close());

const file = 'x'.repeat(4000);
const body = [
  '--b\r\ncontent-disposition: form-data; name="userId"\r\n\r\nalice\r\n',
  `--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${file}\r\n--b--\r\n`,
].join('');
const headers = { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=b' };

/** An upload that stops in the middle until it is ended or broken off. */
function slowUpload(length: boolean) {
  const upload = request(`${api.url}/eliza/message`, {
    method: 'POST',
    headers: { ...headers, ...(length && { 'content-length': body.length }) },
  });
  upload.on('error', () => {});
  const answered = new Promise<number>((resolve) => {
    upload.once('response', (response) => resolve(response.resume().statusCode!));
  });
  upload.write(body.slice(0, 1000));
  return { answered, end: () => upload.end(body.slice(1000)), breakOff: () => upload.destroy() };
}

const upload = () => fetch(`${api.url}/eliza/message`, { method: 'POST', headers, body });

/** Until the hub has seen that an upload goes on. */
const untilFull = () => expect.poll(async () => (await upload()).status).toBe(503);

describe('[security.17] uploads at once', () => {
  it.each([
    ['of a length that is said', true],
    ['of a length that nobody knows', false],
  ])('%s are refused where there is no room, and told when to come back', async (_, length) => {
    const slow = slowUpload(length);
    await untilFull();
    const refused = await upload();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3']);
    expect(await refused.json()).toMatchObject({ error: { code: 'uploads_full' } });
    slow.end();
    expect(await slow.answered).toBe(200);
    expect((await upload()).status).toBe(200);
  });

  it('give their room back when they break off', async () => {
    const slow = slowUpload(true);
    await untilFull();
    slow.breakOff();
    await expect.poll(async () => (await upload()).status).toBe(200);
  });

  it('give their room back when they are refused', async () => {
    const wrong = await fetch(`${api.url}/eliza/message`, {
      ...{ method: 'POST', headers },
      body: body.replace('alice', ''),
    });
    expect(wrong.status).toBe(422);
    expect((await upload()).status).toBe(200);
  });

  it('keep no room while their replies are written', async () => {
    await api.close();
    api = await startApi({ maxUploadingBytes: 6000, echo: false });
    const first = upload();
    await api.host.received();
    const second = upload();
    await expect.poll(() => api.host.memories.length).toBe(2);
    for (const question of [...api.host.memories]) api.host.begin(question).commit('seen');
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
  });

  it('do not stand in the way of messages without files', async () => {
    const slow = slowUpload(true);
    await untilFull();
    expect((await api.post({ text: 'hello', userId: 'alice' })).status).toBe(200);
    slow.breakOff();
  });
});
