// What a browser does to a page: it freezes it, takes the network away, puts it into the
// back/forward cache. The page comes back by itself, with what was said meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Hub } from './support/hub.mjs';
import { launch, Person, profile } from './support/page.mjs';

let hub;
let browser;

before(async () => {
  hub = await Hub.start();
  // The driver switches the cache off that one of these is about.
  browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});

after(async () => {
  await browser?.close();
  await hub?.kill('SIGTERM');
});

function story(title, run) {
  test(title, { timeout: 90_000 }, async () => {
    const { context, complaints } = await profile(browser);
    try {
      const ada = await Person.comeIn(context, hub, 'Ada');
      await run(ada, await context.newCDPSession(ada.page));
      // Chromium says of each attempt without a network that it failed.
      assert.deepEqual(complaints.filter((each) => !/ERR_INTERNET_DISCONNECTED/.test(each)), []);
    } finally {
      await context.close();
    }
  });
}

story('a frozen page resumes, and has what was said meanwhile', async (ada, browserOf) => {
  await browserOf.send('Page.setWebLifecycleState', { state: 'frozen' });
  await hub.publish('chat:lobby', 'while it was frozen');
  await browserOf.send('Page.setWebLifecycleState', { state: 'active' });
  await ada.push('while it was frozen').waitFor();
  await ada.is('connected');
});

story('a network that is gone and comes back is noticed at once', async (ada) => {
  await ada.page.context().setOffline(true);
  await hub.publish('chat:lobby', 'while there was no network');
  await ada.page.context().setOffline(false);
  const back = Date.now();
  await ada.push('while there was no network').waitFor();
  await ada.is('connected');
  // Three seconds for the question whether the hub is there, and a busy machine.
  assert.ok(Date.now() - back < 15_000);
});

story('a page that was left and came back is connected again', async (ada) => {
  await ada.page.evaluate(() => {
    window.kept = true;
  });
  await ada.page.goto('about:blank');
  await hub.publish('chat:lobby', 'while it was away');
  await ada.page.goBack({ waitUntil: 'commit' });
  await ada.is('connected');
  await ada.push('while it was away').waitFor();
  assert.equal(await ada.page.evaluate(() => window.kept), true, 'out of the cache');
});
