import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageOf } from '../../examples/flights/demo/page.ts';
import { lookAt } from '../bot/look-at.ts';
import { root } from '../contract/source.ts';
import { comparisonOf, subjectReading } from '../fixtures/evaluation.ts';
import { createScene } from '../github/scene.ts';
import { blend, contrast, faint, launch, open, overflowing } from './browser.ts';

const kept = join(root, '.tiltyard/parts');
const out = mkdtempSync(join(tmpdir(), 'tiltyard-demo-'));
const page = pathToFileURL(join(out, 'comment.html')).href;
let browser: Browser;
let said = '';

beforeAll(async () => {
  mkdirSync(kept, { recursive: true });
  browser = await launch();
  const demo = await execa('npm', ['run', '--silent', 'demo', '--', '--sample', '20000', '--out', out], { cwd: root });
  said = demo.stdout;
});
afterAll(async () => {
  await browser.close();
  rmSync(out, { recursive: true });
});

/** GitHub's conversation on a desktop (some 750 pixels for a comment's text), and a phone. */
const views = (['light', 'dark'] as const).flatMap((scheme) => [980, 390].map((width) => ({ scheme, width })));

describe('the demo’s pull request', () => {
  it('is told of with the comment’s first screen and where the whole is', () => {
    expect(said.match(/On the [\d,]+ rows that were held out: roc_auc 0\.\d+/g)).toHaveLength(2);
    expect(said).toMatch(/one comment and 2 checks, as reviewers see them in \S+comment\.html/);
    expect(said).toMatch(/\*\*flight-delay (passes|fails|is inconclusive)/);
    expect(said).toContain('#### What changed');
    expect(said).not.toMatch(/<details>|<!--/);
  });

  it.each(views)('reads well in $scheme at $width pixels, folded and unfolded', async ({ scheme, width }) => {
    const { page: shown, troubles } = await open(browser, page, { scheme, width });
    await shown.screenshot({ path: join(kept, `comment-${scheme}-${width}.png`), fullPage: true });
    const folds = shown.locator('details > summary');
    expect(await folds.count()).toBeGreaterThan(5);
    const rules = await shown
      .locator('table')
      .first()
      .evaluate((table) => {
        const { bottom, right, top } = table.getBoundingClientRect();
        const [, ...rows] = [...table.querySelectorAll('tr')].map((row) => {
          const { height } = row.getBoundingClientRect();
          return { height, measured: row.cells[1]?.getBoundingClientRect().left ?? Number.NaN };
        });
        return { height: bottom - top, right, rows };
      });
    for (const { height, measured } of rules.rows) {
      // One line each on a desktop, two on a phone, where the number itself is seen without scrolling.
      expect(height).toBeLessThan(width > 500 ? 40 : 62);
      expect(measured + 70).toBeLessThan(rules.right);
    }
    for (const fold of await folds.all()) await fold.click();
    expect(await shown.locator('details:not([open])').count()).toBe(0);
    await shown.screenshot({ path: join(kept, `comment-${scheme}-${width}-unfolded.png`), fullPage: true });
    expect(await overflowing(shown)).toEqual([]);
    expect(await faint(shown)).toEqual([]);
    expect(await shown.locator('table').count()).toBeGreaterThan(3);
    const background = await shown
      .locator('body')
      .evaluate((body) => String(body.computedStyleMap().get('background-color')));
    expect(background).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(13, 17, 23)');
    expect(troubles).toEqual([]);
    await shown.close();
  });
});

/** What GitHub draws charts with; `.ci/run` puts it there. */
const mermaid = join(kept, 'mermaid.min.js');

describe('the chart', () => {
  it.each(['light', 'dark'] as const)(
    'is drawn by mermaid in %s, its lines told from what is behind them',
    async (scheme) => {
      if (!existsSync(mermaid)) throw new Error(`This test needs ${mermaid}: run .ci/run once, which puts it there.`);
      // The demo's page runs no script, so the chart is drawn in another.
      const shown = await browser.newPage({ colorScheme: scheme });
      await shown.goto(page);
      const chart = (await shown.locator('code.language-mermaid').textContent()) ?? '';
      await shown.goto('about:blank');
      await shown.addScriptTag({ path: mermaid });
      await shown.evaluate(
        async ([text, theme]) => {
          const { document, mermaid: drawer } = Object(globalThis);
          drawer.initialize({ startOnLoad: false, theme });
          document.body.innerHTML = (await drawer.render('chart', text)).svg;
        },
        [chart, scheme === 'dark' ? 'dark' : 'default'],
      );
      await shown.locator('svg').screenshot({ path: join(kept, `chart-${scheme}.png`) });
      expect(await shown.locator('svg text').allTextContents()).toContain('ROC curve');
      const lines = shown.locator('svg g.plot path');
      expect(await lines.count()).toBe(3);
      const colour = (name: string) => async (one: Locator) =>
        blend(await one.evaluate((element, wanted) => String(element.computedStyleMap().get(wanted)), name));
      const background = await colour('fill')(shown.locator('svg rect.background'));
      for (const line of await lines.all())
        expect(contrast(await colour('stroke')(line), background)).toBeGreaterThan(3);
      await shown.close();
    },
  );
});

describe('what others chose', () => {
  const texts = [
    '<script>alert(1)</script>',
    '<img src="https://evil.example/a.png" onerror="alert(1)">',
    '![x](https://evil.example/a.png)',
    '[x](javascript:alert(1))',
    'https://evil.example/ www.evil.example',
    '</details></section><iframe src="https://evil.example">',
    'a | b\n\n# c `d` ``` <svg onload=alert(1)>',
    `${'w'.repeat(180)}\u202Eleft`,
  ];

  it('S15 stays text: no script, image, heading or link comes of it, and nothing is asked for', async () => {
    const scene = createScene({ now: new Date() });
    const pull = scene.propose({ files: { 'models/flight-delay/features.sql': `SELECT '${texts.join(' ')}' AS x\n` } });
    scene.evaluate(pull, {
      candidate: subjectReading(texts, { version: texts[1] ?? '', features: texts }),
      comparisons: [
        ...texts.map((text) => comparisonOf(text, 0.7, 0.71, 0.001)),
        comparisonOf('roc_auc', 0.7, 0.71, 0.001),
      ],
      data_findings: texts.map((sentence) => ({ check: 'stale', sentence })),
      versions: Object.fromEntries(texts.map((text) => [text, text])),
    });
    scene.repo.setRole('ann', 'write');
    for (const text of texts) scene.repo.comment(pull, 'ann', `/tiltyard explain ${text}`);
    await lookAt(scene);
    const comments = scene.repo.comments(pull).filter(({ author }) => author === scene.us.login);
    expect(comments).toHaveLength(1);
    const checks = scene.repo.checks(scene.repo.pull(pull).head.sha);
    const file = join(out, 'hostile.html');
    writeFileSync(file, await pageOf({ title: texts[0] ?? '', comments: comments.map(({ body }) => body), checks }));

    const { page: shown, troubles } = await open(browser, pathToFileURL(file).href, { scheme: 'light', width: 390 });
    for (const fold of await shown.locator('details > summary').all()) await fold.click();
    await shown.screenshot({ path: join(kept, 'comment-hostile.png'), fullPage: true });
    expect(await shown.locator('script, img, iframe, svg, object, form, input, video').count()).toBe(0);
    expect(await shown.locator('section h1, section h2, section h3').count()).toBe(0);
    const links = await shown.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
    expect(links.length).toBeGreaterThan(2);
    expect(links.filter((link) => !link.startsWith('https://github.com/acme/models/'))).toEqual([]);
    const events = await shown
      .locator('*')
      .evaluateAll((all) =>
        all.flatMap((one) => one.getAttributeNames().filter((name: string) => name.startsWith('on'))),
      );
    expect(events).toEqual([]);
    // Nothing was dropped instead: it is there to be read.
    const text = await shown.locator('main').innerText();
    for (const shows of ['<script>', 'onerror="alert(1)"', '![x]', 'javascript:alert(1)', '<iframe', '<svg'])
      expect(text).toContain(shows);
    expect(await overflowing(shown)).toEqual([]);
    expect(troubles).toEqual([]);
    await shown.close();
  });
});
