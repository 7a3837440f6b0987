import { Empty } from '../../kit/lists.js';
import { Page } from '../../kit/page.js';
import { me } from '../me.js';

/** Talk with any agent. */
export function ChatPage() {
  return (
    <Page title="Chat">
      <Empty>{me.value!.agents.map(({ name }) => name).join(', ')}</Empty>
    </Page>
  );
}
