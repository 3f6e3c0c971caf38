// Restate's server with its defaults (a log that is flushed to disk), its JavaScript SDK, and a client: three processes on loopback.
// Prints one JSON object. Needs --data FOLDER, which the caller removes.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { endWithParent, optionsFrom, shapes } from './lanes.mjs';

const require = createRequire(import.meta.url);
const options = optionsFrom(process.argv);
const startWithinMs = 60_000;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const children = [];

endWithParent();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const [servicePort, fabricPort, adminPort, ingressPort] = await freePorts(4);
const service = start(process.execPath, [new URL('restate-service.mjs', import.meta.url).pathname, String(servicePort)]);
await once(service.stdout, 'data');

start(serverBinary(), ['--no-logo'], {
  RESTATE_BASE_DIR: options.data,
  RESTATE_LISTEN_MODE: 'tcp',
  RESTATE_DISABLE_TELEMETRY: 'true',
  RESTATE_NODE_NAME: 'bench',
  RESTATE_LOG_FILTER: 'error',
  RESTATE_BIND_ADDRESS: `127.0.0.1:${fabricPort}`,
  RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${fabricPort}`,
  RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
  RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
});
await untilReady(() => send('GET', adminPort, '/health'));
await untilReady(() => send('POST', adminPort, '/deployments', { uri: `http://127.0.0.1:${servicePort}` }));
await untilReady(() => run('seq5', '5')());

const results = await shapes(options, { seq5: run('seq5', '5'), fan100: run('fan100', '5050') });
const { version } = JSON.parse(readFileSync(require.resolve('@restatedev/restate-server/package.json'), 'utf8'));
console.log(JSON.stringify({ version, results }));
process.exit(0);

function run(handler, expected) {
  return async () => {
    const answer = await send('POST', ingressPort, `/bench/${handler}`);
    if (answer !== expected) throw new Error(`${handler} ended with ${answer}, not ${expected}`);
  };
}

function start(program, args, environment) {
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'inherit'] });
  child.on('exit', (code, signal) => fail(`${program} ended by itself (${code ?? signal})`));
  child.on('error', (error) => fail(`${program} does not start: ${error.message}`));
  child.stdout.resume();
  children.push(child);
  return child;
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}

async function untilReady(attempt) {
  const end = performance.now() + startWithinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) fail(`Restate does not answer: ${error.message}`);
      await new Promise((later) => setTimeout(later, 100));
    }
  }
}

function send(method, port, path, body) {
  return new Promise((resolve, reject) => {
    const text = body && JSON.stringify(body);
    const headers = text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {};
    const call = request({ host: '127.0.0.1', port, path, method, agent, headers }, (answer) => {
      let received = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => { received += part; });
      answer.on('end', () => (answer.statusCode < 300 ? resolve(received) : reject(new Error(`${answer.statusCode} ${received}`))));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(text);
  });
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

function serverBinary() {
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  return require.resolve(`${platform}/bin/restate-server`);
}
