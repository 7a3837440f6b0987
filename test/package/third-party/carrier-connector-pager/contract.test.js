import { connectorContract, fakeConnectorContext } from 'carrier-hub/testing';
import pager from './index.js';
import { serve, startNetwork } from './network.js';

connectorContract('the pager connector', async () => {
  const network = await startNetwork();
  const settings = { token: 't', eventSecret: 's', url: network.url };
  const connector = await pager.create(fakeConnectorContext({ settings }));
  const hub = await serve(connector);
  const post = (event) => network.post(`${hub.url}/pager/eliza/events`, event);
  const page = ({ id, channel, user, text }) => ({ type: 'page', id, channel, from: user, text });
  return {
    connector,
    send: (message) => post(page(message)),
    sendFile: (message, { name, mediaType: type, bytes }) =>
      post({ ...page(message), files: [{ name, type, base64: Buffer.from(bytes).toString('base64') }] }),
    shown: () => network.pages().map(({ text }) => text),
    shownFiles: () =>
      network
        .pages()
        .flatMap(({ files = [] }) =>
          files.map(({ name, base64 }) => ({ name, bytes: Buffer.from(base64, 'base64') })),
        ),
    edit: (message) => post({ ...page(message), type: 'edit' }),
    press(label, user) {
      const { channel, buttons } = network.pages().at(-1);
      const { payload } = buttons.find((button) => button.label === label);
      return post({ type: 'press', id: 'press-1', channel, from: user, payload });
    },
    live: true,
    refuse: (how) => network.answerWith(how === null ? 200 : how === 'later' ? 503 : 403),
    async close() {
      await hub.close();
      await network.close();
    },
  };
});
