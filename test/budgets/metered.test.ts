/** A model that is paid for is one to whoever asks it. */
import { metered } from '../../src/budgets/metered.js';
import { offlineModel } from '../../src/llm/offline/model.js';
import { languageModelContract } from '../../src/testing/language-model.js';

languageModelContract('a metered model', async () => ({
  model: metered(offlineModel(), {
    ...{ maxTokens: 500, promptTokens: 1, renewMs: 1000 },
    ...{ renew() {}, settle() {} },
  }),
}));
