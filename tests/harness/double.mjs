// A double of the servers that a worker asks: OpenAI's API (chat completions,
// streamed and not, embeddings, transcriptions) and Supabase Edge Functions. A real
// HTTP server on a port of loopback, that can be told to do what servers do wrong.
//
//   const d = await startDouble();
//   const s = await start({ env: d.env });        // a stack that asks it
//   d.answer((question) => ({ content: '…' }));   // what the model says
//   d.edge.analyze = (request) => ({ … });        // what a function gives
//   d.fault({ path: '/chat/', kind: 'stall' });   // the next such request
//   d.requests                                    // what it was asked
//   await d.down(); await d.up();                 // nobody listens
//   await d.stop()                                // also at the end (tap.mjs)
//
// As a program (`node double.mjs`) it prints a line of JSON, {port, control, key},
// and ends when its input does. At the control port, by POST:
//
//   /fault {path, kind, times, …}     /answer {content, tool_calls, …}
//   /edge {name, answer}   /down   /up   /reset   /requests (what it was asked)
//
// Faults (`kind`), of a request whose path has `path` in it, `times` times (1):
//
//   stall          no answer            drip    a byte a second of the right one
//   stall-body     half of one          cut     half of one, then the connection
//   reset          the connection ends  status  {status, headers, body}
//   broken-json    the answer, damaged  json    {body} with the status 200
//   wrong-schema   JSON of another form huge    50 MB, never what was asked for
//   html           a page of a proxy    redirect {to}
//   dimensions, nan, null, missing, twice, shuffled     of embeddings
//   no-done        a stream without its end     error-event   an error in one
//   whole          not streamed, though asked to   huge-events   50 MB of one
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

export const KEY = 'sk-double-0123456789abcdefghij';
const HUGE_BYTES = 50_000_000;
const DRIP_MS = 1000;
const PIECE = 24; // characters of an event: many of them
const KEPT = 1000; // requests remembered
const BODY_MAX = 64_000_000;
const DIMENSIONS = 1536;

const tokens = (text) => Math.ceil(JSON.stringify(text ?? '').length / 4);

// ---- what it answers when nothing is wrong ----------------------------------

// A value that holds the schema.
function example(schema) {
  if (schema.enum) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') {
    return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([k, v]) => [k, example(v)]));
  }
  if (type === 'array') return Array.from({ length: schema.minItems ?? 1 }, () => example(schema.items ?? {}));
  if (type === 'string') return 'double '.repeat(Math.ceil((schema.minLength ?? 1) / 7)).slice(0, schema.maxLength ?? 1000);
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  return type === 'boolean' ? true : null;
}

function textOf(content) {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('');
}

function sayBack(question) {
  const schema = question.response_format?.json_schema?.schema;
  if (schema) return { content: JSON.stringify(example(schema)) };
  const last = question.messages.filter((m) => m.role === 'user').at(-1);
  return { content: `You said: ${textOf(last?.content).slice(0, 2000)}` };
}

function finishOf(reply) {
  return reply.finish_reason ?? (reply.tool_calls ? 'tool_calls' : 'stop');
}

function pieces(text, size = PIECE) {
  const all = [...text];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size).join(''));
}

function callPieces(calls) {
  return calls.flatMap((call, index) => [
    { index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } },
    ...pieces(call.function.arguments, 7).map((part) => ({ index, function: { arguments: part } })),
  ]);
}

const event = (data) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

function streamed(question, reply, usage) {
  const chunk = (delta, finish = null) => event({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1,
    model: question.model, choices: [{ index: 0, delta, finish_reason: finish }] });
  return ['event: message\n', chunk({ role: 'assistant', content: '' }), ': a comment\n\n',
    ...pieces(reply.content ?? '').map((content) => chunk({ content })),
    ...callPieces(reply.tool_calls ?? []).map((call) => chunk({ tool_calls: [call] })),
    ...reply.refusal ? [chunk({ refusal: reply.refusal })] : [],
    chunk({}, finishOf(reply)),
    ...question.stream_options?.include_usage ? [event({ choices: [], usage })] : [],
    event('[DONE]')];
}

function whole(question, reply, usage) {
  const { content = null, tool_calls, refusal } = reply;
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: question.model, usage,
    choices: [{ index: 0, message: { role: 'assistant', content, tool_calls, refusal }, finish_reason: finishOf(reply) }] };
}

// Words that two texts share bring them near each other.
function vectorOf(text, dimensions = DIMENSIONS) {
  const vector = new Array(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[a-z0-9]+/g) ?? ['']) {
    let hash = 2166136261;
    for (const c of word) hash = Math.imul(hash ^ c.codePointAt(0), 16777619) >>> 0;
    vector[hash % dimensions] += 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((x) => x / length);
}

function embeddings(question, fault) {
  const texts = Array.isArray(question.input) ? question.input : [question.input];
  const data = texts.map((text, index) => ({ object: 'embedding', index,
    embedding: vectorOf(text, fault === 'dimensions' ? 3 : DIMENSIONS) }));
  if (fault === 'nan') data[0].embedding[7] = 'NaN!';
  if (fault === 'null') data[0].embedding[7] = null;
  if (fault === 'missing') data.pop();
  if (fault === 'twice') data.at(-1).index = 0;
  if (fault === 'shuffled') data.reverse();
  const used = tokens(texts);
  const body = JSON.stringify({ object: 'list', model: question.model, data, usage: { prompt_tokens: used, total_tokens: used } });
  return { chunks: [body.replace('"NaN!"', 'NaN')] };
}

function transcription() {
  const said = [' Good morning, this is about the price.', ' It is too high for us.', ' I understand, and yet it pays.'];
  return { text: said.join('').trim(), task: 'transcribe', language: 'english', duration: 9.5,
    segments: said.map((text, id) => ({ id, seek: 0, start: id * 3, end: id * 3 + 2.5, text, tokens: [50364, 400, 1], avg_logprob: -0.3 })) };
}

// ---- the server -------------------------------------------------------------

const refusal = (status, message, code) => ({ status,
  chunks: [JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } })] });

class Double {
  constructor() {
    this.reset();
    this.server = createServer((request, response) => this.serve(request, response));
    this.server.keepAliveTimeout = 60000;
    this.sockets = new Set();
    this.connections = 0;
    this.server.on('connection', (socket) => {
      this.connections++;
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.timers = new Set();
  }

  reset() {
    this.faults = [];
    this.answers = [];
    this.answered = null;
    this.edge = {};
    this.requests = [];
    this.connections = 0;
  }

  async listen(port = 0) {
    await new Promise((done, fail) => {
      this.server.once('error', fail);
      this.server.listen(port, '127.0.0.1', done);
    });
    this.port = this.server.address().port;
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  // For a process that is to ask it and nobody else.
  get env() {
    return {
      OPENAI_API_BASE: `${this.url}/v1`, OPENAI_API_KEY: KEY, DIRECTOR_PRIVATE_HOSTS: `127.0.0.1:${this.port}`,
      SUPABASE_FUNCTIONS_BASE: `${this.url}/functions/v1`, SUPABASE_ANON_KEY: KEY,
    };
  }

  // {content, tool_calls, finish_reason, refusal} of the next question; a
  // function of the question: of all that follow.
  answer(what) {
    if (typeof what === 'function') this.answered = what;
    else this.answers.push(what);
  }

  fault(fault) {
    this.faults.push({ times: 1, path: '/', ...fault });
  }

  takeFault(path) {
    const fault = this.faults.find((f) => f.times > 0 && path.includes(f.path));
    if (fault) fault.times--;
    return fault ?? { kind: '' };
  }

  down() {
    const closed = new Promise((done) => this.server.close(done));
    for (const socket of this.sockets) socket.destroy();
    return closed;
  }

  up() {
    return this.listen(this.port);
  }

  async stop() {
    for (const timer of this.timers) clearInterval(timer);
    if (this.server.listening) await this.down();
  }

  async read(request) {
    const got = [];
    let size = 0;
    for await (const piece of request) {
      size += piece.length;
      if (size > BODY_MAX) throw new Error('a body over the limit');
      got.push(piece);
    }
    return Buffer.concat(got);
  }

  remember(request, raw) {
    const type = request.headers['content-type'] ?? '';
    let body = raw.length < 1_000_000 ? raw.toString('latin1') : `${raw.length} bytes`;
    if (type.includes('json')) {
      try {
        body = JSON.parse(raw);
      } catch {
        body = null;
      }
    }
    const one = { method: request.method, path: request.url, headers: request.headers, body, at: Date.now() };
    this.requests.push(one);
    if (this.requests.length > KEPT) this.requests.shift();
    return one;
  }

  async serve(request, response) {
    try {
      const asked = this.remember(request, await this.read(request));
      const fault = this.takeFault(asked.path);
      this.send(response, fault, fault.kind === 'whole' ? this.chat(asked.body, fault) : await this.route(asked, fault));
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: String(error.message), code: 'double_failed' } }));
    }
  }

  async route(asked, fault) {
    const { method, path, headers, body } = asked;
    if (method !== 'POST') return refusal(404, 'Not found', 'not_found');
    // Servers that repeat a wrong key are about.
    if (headers.authorization !== `Bearer ${KEY}`)
      return refusal(401, `Incorrect API key provided: ${headers.authorization ?? ''}.`, 'invalid_api_key');
    if (path === '/v1/chat/completions') return this.chat(body, fault);
    if (path === '/v1/embeddings') return embeddings(body, fault.kind);
    if (path === '/v1/audio/transcriptions') return { chunks: [JSON.stringify(transcription())] };
    if (path.startsWith('/functions/v1/')) return this.callEdge(path.slice('/functions/v1/'.length), asked);
    return refusal(404, 'Not found', 'not_found');
  }

  chat(question, fault) {
    if (!Array.isArray(question?.messages)) return refusal(400, 'messages is missing', 'invalid');
    const reply = this.answers.shift() ?? this.answered?.(question) ?? sayBack(question);
    const prompt_tokens = tokens(question.messages);
    const completion_tokens = tokens(reply.content) + tokens(reply.tool_calls);
    const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
    if (!question.stream || fault.kind === 'whole') return { chunks: [JSON.stringify(whole(question, reply, usage))] };
    const chunks = streamed(question, reply, usage);
    if (fault.kind === 'huge-events') chunks.splice(3, 1, ...Array(HUGE_BYTES / 1000).fill(chunks[3].replace('"content":"', `"content":"${'x'.repeat(900)}`)));
    if (fault.kind === 'no-done') chunks.splice(-3);
    if (fault.kind === 'error-event') chunks.splice(3, Infinity, event({ error: { message: 'The server had an error', code: 'server_error' } }));
    return { headers: { 'content-type': 'text/event-stream' }, chunks };
  }

  callEdge(name, { headers, body }) {
    if (headers.apikey !== KEY) return refusal(401, 'Invalid API key', 'unauthorized');
    const own = this.edge[name];
    const result = typeof own === 'function' ? own(body) : own ?? { echo: body };
    if (result?.status) return { chunks: [JSON.stringify(result)] };
    return { chunks: [JSON.stringify({ status: 'success',
      data: { result, processing_time: 0.25, video_id: body?.video_id, output_type: name } })] };
  }

  // ---- what goes wrong ------------------------------------------------------

  send(response, fault, answer) {
    const { status = 200, headers = {}, chunks } = answer;
    const head = (more = {}) => response.writeHead(status, { 'content-type': 'application/json', ...headers, ...more });
    const text = chunks.join('');
    const wrong = {
      stall: () => {},
      reset: () => response.socket.destroy(),
      'stall-body': () => { head(); response.write(text.slice(0, text.length / 2)); },
      cut: () => { head(); response.write(text.slice(0, text.length / 2), () => response.socket.destroy()); },
      drip: () => { head(); this.drip(response, text); },
      status: () => { response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
        response.end(typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? {})); },
      json: () => { head({ 'content-type': 'application/json' }); response.end(typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body)); },
      html: () => { head({ 'content-type': 'text/html' }); response.end('<html><script>alert(1)</script>Bad gateway</html>'); },
      'broken-json': () => { head(); response.end(text.replaceAll('":', '" ')); },
      'wrong-schema': () => { head({ 'content-type': 'application/json' }); response.end('{"choices":5,"data":"none","text":7,"status":"fine"}'); },
      redirect: () => { response.writeHead(307, { location: fault.to }); response.end(); },
      huge: () => { head({ 'content-type': 'application/json' }); this.pour(response); },
    }[fault.kind];
    if (wrong) {
      wrong();
      return;
    }
    head();
    for (const chunk of chunks) response.write(chunk);
    response.end();
  }

  drip(response, text) {
    let at = 0;
    const timer = setInterval(() => {
      if (response.destroyed || at === text.length) {
        clearInterval(timer);
        this.timers.delete(timer);
        response.end();
        return;
      }
      response.write(text[at++]);
    }, DRIP_MS);
    this.timers.add(timer);
    response.write(text[at++] ?? '');
  }

  pour(response) {
    const block = 'x'.repeat(100_000);
    let left = HUGE_BYTES;
    const more = () => {
      while (left > 0 && !response.destroyed) {
        left -= block.length;
        if (!response.write(block)) {
          response.once('drain', more);
          return;
        }
      }
      response.end('"}');
    };
    response.write('{"text":"');
    more();
  }
}

export async function startDouble() {
  const double = new Double();
  await double.listen();
  const { cleanup } = await import('./tap.mjs');
  cleanup(() => double.stop());
  return double;
}

// ---- as a program -----------------------------------------------------------

const COMMANDS = {
  '/fault': (double, fault) => double.fault(fault),
  '/answer': (double, answer) => double.answer(answer),
  '/edge': (double, { name, answer }) => { double.edge[name] = answer; },
  '/down': (double) => double.down(),
  '/up': (double) => double.up(),
  '/reset': (double) => double.reset(),
  '/requests': (double) => ({ requests: double.requests, connections: double.connections }),
};

async function main() {
  const double = new Double();
  await double.listen();
  const control = createServer(async (request, response) => {
    const raw = await double.read(request);
    const said = await COMMANDS[request.url]?.(double, raw.length ? JSON.parse(raw) : {});
    response.end(JSON.stringify(said ?? {}));
  });
  control.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ port: double.port, control: control.address().port, key: KEY }));
  });
  process.stdin.on('end', () => process.exit(0)).resume();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
