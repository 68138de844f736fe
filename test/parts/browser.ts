import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';

/** Debian's Chromium, which `.ci/run` installs. */
export async function launch(): Promise<Browser> {
  if (!existsSync(PROGRAM)) throw new Error(`These tests need ${PROGRAM}: run .ci/run once, which installs it.`);
  return chromium.launch({ executablePath: PROGRAM });
}

export interface Opened {
  page: Page;
  /** What a page must not do: what it asked of the network, and what the console says. */
  troubles: string[];
}

/** A file in a window of its own. */
export async function open(
  browser: Browser,
  url: string,
  view: { width: number; scheme: 'light' | 'dark' },
): Promise<Opened> {
  const page = await browser.newPage({ colorScheme: view.scheme, viewport: { width: view.width, height: 1200 } });
  const troubles: string[] = [];
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) troubles.push(`asks for ${request.url()}`);
  });
  page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => troubles.push(`dialog: ${dialog.message()}`));
  await page.goto(url);
  return { page, troubles };
}

/** Elements that reach out of the window, unless they lie in something that scrolls by itself. */
export async function overflowing(page: Page): Promise<string[]> {
  return page.locator('body *').evaluateAll((all) => {
    // Types of the DOM are not loaded here: this is `any`, and null where there is no parent.
    type Element = (typeof all)[number];
    const scrolls = (element: Element): boolean =>
      element !== null &&
      (['auto', 'scroll'].includes(element.computedStyleMap().get('overflow-x').value) ||
        scrolls(element.parentElement));
    const isWide = (element: Element) =>
      element.getBoundingClientRect().right > element.ownerDocument.documentElement.clientWidth + 0.5;
    const wide = all.filter((element) => isWide(element) && !scrolls(element));
    return wide.map((element) => `${element.tagName}: ${element.textContent.slice(0, 80)}`);
  });
}

/** Texts that stand out less from what is behind them than 4.5 to 1 (https://www.w3.org/TR/WCAG22/#contrast-minimum). */
export async function faint(page: Page): Promise<string[]> {
  const texts = await page.locator('body *').evaluateAll((all) => {
    type Element = (typeof all)[number];
    const style = (element: Element, name: string) => String(element.computedStyleMap().get(name));
    // The colours behind, from the nearest on.
    const behind = (element: Element): string[] =>
      element === null ? [] : [style(element, 'background-color'), ...behind(element.parentElement)];
    const hasText = (element: Element): boolean =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    return all.filter(hasText).map((element) => ({
      text: `${element.tagName} ${element.textContent.slice(0, 60)}`,
      colour: style(element, 'color'),
      behind: behind(element),
    }));
  });
  return texts.flatMap(({ behind, colour, text }) => {
    const ground = behind.reduceRight((under, over) => blend(over, under), [255, 255, 255]);
    const found = contrast(blend(colour, ground), ground);
    return found >= 4.5 ? [] : [`${found.toFixed(1)} to 1: ${text}`];
  });
}

/** A colour as a browser computes it (`rgb(0, 0, 0)`, `rgba(0, 0, 0, 0.5)`), over another. */
export function blend(colour: string, under: readonly number[] = [0, 0, 0]): number[] {
  const [r = Number.NaN, g = Number.NaN, b = Number.NaN, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b].map((value, i) => alpha * value + (1 - alpha) * (under[i] ?? 0));
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio of two colours; channels to 255. */
export function contrast(one: readonly number[], other: readonly number[]): number {
  const [dark = 0, light = 0] = [one, other].map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
