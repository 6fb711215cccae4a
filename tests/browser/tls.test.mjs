// The demo page over https, and its WebSocket over wss, with a certificate that nobody knows and this
// browser believes: what `./dev run --tls` serves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Hub } from './support/hub.mjs';
import { launch, Person, profile } from './support/page.mjs';

function makeCertificate(folder) {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', key, '-out', certificate],
  ], { stdio: 'pipe' });
  const tls = 'listeners.public.tls';
  return ['--set', `${tls}.certificate_file=${certificate}`, '--set', `${tls}.key_file=${key}`];
}

test('over https and wss a page comes in, talks and hears a push', { timeout: 90_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomcast-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const hub = await Hub.start(undefined, { scheme: 'https', flags: makeCertificate(folder) });
  t.after(() => hub.kill('SIGTERM'));
  const browser = await launch();
  t.after(() => browser.close());
  const { context, complaints } = await profile(browser, { ignoreHTTPSErrors: true });
  const sockets = [];
  context.on('page', (page) => page.on('websocket', (socket) => sockets.push(socket.url())));

  const ada = await Person.comeIn(context, hub, 'Ada');
  assert.equal(await ada.page.evaluate(() => location.protocol), 'https:');
  assert.equal(await ada.page.evaluate(() => isSecureContext), true);
  assert.deepEqual(sockets, [`wss://127.0.0.1:${hub.port}/ws`]);
  await ada.say('said over TLS');
  await ada.fate('said over TLS', 'done');
  await hub.publish('chat:lobby', 'pushed over TLS');
  await ada.push('pushed over TLS').waitFor();
  assert.deepEqual(complaints, []);
});
