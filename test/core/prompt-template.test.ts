import { describe, expect, it } from 'vitest';
import { readCharacter } from '../../src/agents/character-file.js';
import { systemText } from '../../src/llm/prompt-text.js';
import { systemParts } from '../../src/runtime/prompt.js';

const read = (template: unknown) =>
  readCharacter(JSON.stringify({ name: 'Ada', bio: 'Ada is kind.', prompt: { template } }));
const needed = '{{format}}\n{{context}}\n{{facts}}\n{{recalled}}';

describe('a prompt template', () => {
  it('orders the parts of the system text, with words of the author between them', () => {
    const reading = read(['{{ persona }}', 'Answer in German.', needed, 'Be brief.']);
    if ('problem' in reading) throw new Error(reading.problem.message);
    const parts = systemParts({
      character: reading.character,
      facts: [],
      recalled: [],
      context: ['It is nine.'],
    });
    const text = systemText(parts).replace(/## How you read[\s\S]+?\n\n/, 'FORMAT\n\n');
    expect(text).toBe(
      'You are Ada. Ada is kind.\n\nAnswer in German.\n\nFORMAT\n\n[to know]\n| It is nine.\n\nBe brief.',
    );
  });

  it.each([
    [`{{personna}} ${needed}`, /prompt\.template: \{\{personna\}\} is no slot; did you mean "persona"\?/],
    ['{{format}} {{context}} {{recalled}}', /must have \{\{facts\}\}/],
    ['{{context}} {{facts}} {{recalled}}', /must have \{\{format\}\}/],
    [`${needed} {{facts}}`, /\{\{facts\}\} stands there twice/],
    [`${needed} {{persona`, /a slot is written \{\{name\}\}/],
    ['', /must have \{\{format\}\}/],
    [7, /prompt\.template/],
  ])('is refused when it is read, and told why: %j', (template, message) => {
    expect(read(template)).toMatchObject({
      problem: { message: expect.stringMatching(message), field: 'prompt.template' },
    });
  });

  it('is refused under a name that is none', () => {
    const reading = readCharacter(JSON.stringify({ name: 'A', bio: 'B', prompt: { templte: needed } }));
    expect(reading).toMatchObject({
      problem: { message: expect.stringMatching(/templte.*did you mean "template"/) },
    });
  });
});
