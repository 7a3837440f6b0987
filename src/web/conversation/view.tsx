/** A conversation: what was said, and where one writes. It fills what is around it. */

import { Composer } from './composer.js';
import type { Conversation } from './conversation.js';
import { Log } from './log.js';

export function ConversationView(props: { of: Conversation; room: string; draft?: string | null }) {
  return (
    <div class="conversation">
      <Log of={props.of} />
      <Composer key={props.room} {...props} />
    </div>
  );
}
