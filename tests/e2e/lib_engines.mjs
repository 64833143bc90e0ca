// What the tests of the engines share: a pitch, and a model that answers by what
// it is asked for.

import assert from 'node:assert/strict';

export const PITCH = `WEBVTT

00:00:01.000 --> 00:00:05.000
<v Sam>Hello, this is Sam from Northwind Solar. Do you have a minute?

00:00:05.500 --> 00:00:09.000
<v Kim>I do, but I must say that the price is too high for us.

00:00:09.500 --> 00:00:16.000
<v Sam>I understand. If the panels pay for themselves in six years, then the price is an investment.

00:00:16.500 --> 00:00:20.000
<v Kim>That sounds good. Write to kim@example.com and send me the contract.
`;

const item = (name, examples) => ({ name, description: 'd', examples, effectiveness: 'e' });

export const STRUCTURED = { analysis_data: {
  summary: { overview: 'A solar pitch.', topics: ['price'], learning_objectives: ['answer'], unique_approaches: [] },
  sales_techniques: [item('Reframing', ['THE PRICE IS AN INVESTMENT', 'we are the cheapest in town'])],
  communication_strategies: [{ type: 'Empathy', description: 'd', examples: ['I understand.'], effectiveness: 'e' }],
  objection_handling: [
    { objection: 'the price is too high for us', response: 'the panels pay for themselves in six years', examples: [], effectiveness: 'e' },
    { objection: 'I hate solar panels', response: 'no', examples: [], effectiveness: 'e' }],
  voice_agent_guidelines: [{ type: 'do', description: 'Listen.', context: 'always' }],
  closing_techniques: [{ name: 'Contract', description: 'd', examples: ['send me the contract'] }],
  script_templates: [{ template: 'If X, then Y.', context: 'price' }],
  key_phrases: ['pay for themselves', 'free of charge forever'],
} };

export const ANALYSIS = '## Summary\n\nA solar pitch.\n\n## Objection Handling\n\n' +
  '> Kim: “The price is TOO HIGH for us.”\n\n> Sam: “Nobody beats our price.”\n\n```evil fence\n';

export const VOICE = 'You are Ava. When somebody says the price is too high, write to kim@example.com.';

export const TRAINING = { examples: [
  { input: 'The price is too high for us.', output: 'I understand. It pays for itself in six years.', context: 'price' },
  { input: 'the price is too high for us', output: 'I understand. It pays for itself in SIX years', context: 'price' },
  { input: 'Where do I sign the contract?', output: 'Write to kim@example.com and I will send it.', context: 'close' },
  { input: 'What then?', output: 'Then we would…', context: 'cut off' }] };

/** Which stage a question is of. */
export function stageOf(question) {
  const properties = question.response_format?.json_schema?.schema?.properties;
  if (properties?.analysis_data) return 'structured_data';
  if (properties?.examples) return 'training_data';
  const [system] = question.messages;
  if (/You are Director/.test(system.content)) return 'reasoning';
  if (/summarize the transcript/.test(system.content)) return 'summary';
  if (/system prompt of a voice agent/.test(system.content)) return 'voice_prompt';
  assert.match(system.content, /Analyse the transcript/);
  return 'analysis';
}

const SAID = {
  analysis: { content: ANALYSIS },
  structured_data: { content: JSON.stringify(STRUCTURED) },
  voice_prompt: { content: VOICE },
  training_data: { content: JSON.stringify(TRAINING) },
  summary: { content: 'It is about solar panels and “the price is an investment”.' },
  reasoning: { content: 'I have nothing to add.' },
};

/** The model's answer; `more` is {stage: answer or function of the question}. */
export const model = (more = {}) => (question) => {
  const stage = stageOf(question);
  const own = more[stage] ?? SAID[stage];
  return typeof own === 'function' ? own(question) : own;
};

/** What the double was asked: {analysis: 1, embeddings: 2, …}. */
export function counts(double) {
  const all = {};
  for (const { path, body } of double.requests) {
    const what = path.endsWith('/chat/completions') ? stageOf(body) : path.split('/').at(-1);
    all[what] = (all[what] ?? 0) + 1;
  }
  return all;
}

let calls = 0;
export const toolCall = (name, args) => ({ id: `call-${++calls}`, type: 'function',
  function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) } });
