/** What the package promises to others: a name that comes or goes changes a list here. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publicNames } from './public.js';

const entries: Record<string, { file: string; values: string; types: string }> = {
  'carrier-hub': {
    file: 'src/index.ts',
    values: `CarrierError CatchUpMark CatchUpMarks FatalError InFlight KeyedQueue PictureBodies Replacement RetryableError SentParts TokenAccess TurnText Waiters agentUnknown argumentsObject atMost backOffMs base64 cutStream defineAction defineAgentType defineConnector
      defineEmbedder definePlugin defineProvider defineToolSource derivedId descend directPrefix download failureOf isPublicHost isReadable isThisMachine networkOf newId pause problemText problemsOf promptText
      requireSetting retryAfterMs roomIdOf secret sentence startCarrier systemText tokenOwner tooLarge unitVector turnFailure turnFailureCode untilDone
      usableKey userOfRoom userText wishesIn withCallIds within`,
    types: `Action ActionContext ActionRecord Agent AgentTypeContext AgentTypeExtension Answer Arriving Asking Attachment
      Author Button CatchUpMarksOptions Character CharacterDefinition CommandAnswer CommandCall ConfigDefinition Connection Connector
      ConnectorContext ConnectorExtension ContextProvider Counting Delivery DeliveryReceipt DocumentAccess DownloadRules Draft EmbedUse Embedder
      EmbedderExtension ErrorCode Evaluator Example ExtensionBase ExtensionContext FailureAnswer Files Finding Host HubLimits
      HubRequest Image Inbox InboundCommand InboundContext InboundEdit InboundMessage InboundPress InboundReaction LanguageModel
      Memory MemoryAccess MessageFile ModelAbilities ModelChunk ModelMessage ModelRequest Notes Origin OutboundMessage
      Outcome Part PartKind Passage Pauses Permission Phrase Pictures PlatformAccount Plugin PluginCommand PluginContext PluginEvents PluginExtension PluginParts PluginRoutes
      PluginRule PluginRuling Principal Problem ProgramLogger ProviderContext ProviderExtension Question Quote
      Reading Receipt Receiving ReplacementOptions Reply ReplyFeed Requester Resource ResultFile RouteAbout RouteHandler Rung RunningHub Said ScheduleAccess Search Sent SentPartsOptions Service SetupStep Source SourceKey SourceState SourceTool Speaker StartOptions
      SystemPart Tool ToolCall ToolHints ToolResult ToolSource ToolSourceContext ToolSourceExtension Transcriber Transforms Tries Turn TurnContext TurnEvent TurnFailure TurnTaker TurnTask Usage UserMessage Verdict Wait WaitLimits WebChatSettings WhenWished`,
  },
  'carrier-hub/replies': {
    file: 'src/replies.ts',
    values: `LiveReplies fileEnding healMarkdown isVisible markOf markdownOf parseMarkdown plainText renderMarkdown
      rendersToNothing replyRenderer splitMarkdown splitPlain tableAsText withinAll withoutLongBlocks`,
    types: `Handlers Limits LiveOptions LiveSurface LongBlocks RenderedReply Renderer ReplyForms ReplyRenderer SplitOptions
      TextFile`,
  },
  'carrier-hub/testing': {
    file: 'src/testing/index.ts',
    values: `FakeHost TestHub connectorContract embedderContract fakeConnectorContext fakeContext fakeMemory fakeProviderContext
      languageModelContract modelRequest outboundOf pluginContract said toolSourceContract weather weatherResult`,
    types: `Ability ConnectorContractOptions Delivering Draft EmbedderContractOptions EmbedderSubject FakeHostOptions
      FakeTurn LanguageModelContractOptions LanguageModelSubject Platform PlatformFile PlatformMessage Recorder Refusal
      ScriptedModel TestHubOptions ToolSourceSubject`,
  },
};

/** Explained by the glossary at the head of their file. */
const inGlossary = ['Action', 'ContextProvider', 'Evaluator', 'Plugin'];

describe.each(Object.entries(entries))('%s', (entry, { file, values, types }) => {
  const names = publicNames(file);
  const of = (kind: 'value' | 'type') => names.filter((name) => name.kind === kind).map(({ name }) => name);

  it('[structure.2] exports these names and no others', async () => {
    expect(of('value').sort()).toEqual(values.split(/\s+/).sort());
    expect(of('type').sort()).toEqual(types.split(/\s+/).sort());
    expect(
      Object.keys(await import(/* @vite-ignore */ new URL(`../../${file}`, import.meta.url).href)).sort(),
    ).toEqual(of('value').sort());
  });

  it('explains each of them', () => {
    const unexplained = names.filter(({ docstring }) => !docstring).map(({ name }) => name);
    expect(unexplained.filter((name) => !inGlossary.includes(name))).toEqual([]);
  });

  it('is what the package names so, with its types beside it', () => {
    const root = new URL('../../', import.meta.url);
    const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    const built = exports[entry.replace('carrier-hub', '.')];
    expect(built).toBe(`./dist/${file.replace(/\.ts$/, '.js')}`);
    expect(readFileSync(new URL(built.replace(/\.js$/, '.d.ts'), root), 'utf8')).toContain('export');
  });
});
