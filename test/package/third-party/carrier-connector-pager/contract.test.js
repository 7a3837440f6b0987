import { connectorContract, fakeConnectorContext } from 'carrier-hub/testing';
import pager from './index.js';
import { startNetwork } from './network.js';

async function open({ url }) {
  const network = await startNetwork();
  const settings = { token: 't', eventSecret: 's', url: network.url };
  const post = (event) => network.post(`${url}/pager/eliza/events`, event);
  const page = ({ id, channel, user, text, direct, addressed, bot }) => ({
    ...{ type: 'page', id, from: user, text, direct, named: addressed, bot },
    channel: direct ? `only-${user}` : channel,
  });
  return {
    connector: await pager.create(fakeConnectorContext({ settings })),
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
      const { channel, buttons } = network.pages().findLast((page) => page.buttons?.length > 0);
      const { payload } = buttons.find((button) => button.label === label);
      return post({ type: 'press', id: 'press-1', channel, from: user, payload });
    },
    offered: () => network.pages().flatMap(({ buttons = [] }) => buttons.map(({ label }) => label)),
    live: true,
    open: true,
    places: true,
    ordered: true,
    refuse: (how) => network.refuse(how),
    close: () => network.close(),
  };
}

connectorContract('the pager connector', open, {
  cannot: { reactions: 'a pager has no emoji', groups: 'the network knows no groups of people' },
});
