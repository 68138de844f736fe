import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseChannels } from '#registry/channels.ts';
import { parseVersion } from '#registry/version.ts';
import { versionDocument } from '../fixtures/version.ts';

describe('parseChannels', () => {
  it('reads channels', () => {
    const text = 'champion: 1.4.0\ncanary: { version: 1.5.0, traffic: 5 }\nretired: [1.3.0]\n';
    expect(parseChannels(text, 'c.yaml').value).toEqual({
      champion: '1.4.0',
      canary: { version: '1.5.0', traffic: 5 },
      retired: ['1.3.0'],
      quarantined: [],
      overrides: [],
    });
  });

  it.each([
    ['champion: 1.4\n', 'c.yaml:1:1: champion must be text, but is 1.4.'],
    ['champion: v1.4.0\n', 'c.yaml:1:1: champion: a version as 1.4.0.'],
    ['champoin: 1.4.0\n', 'c.yaml:1:1: the document has the unknown key “champoin”.'],
    [
      `champion: 1.4.0\nquarantined: [{ version: 1.4.0, digest: ${'a'.repeat(64)}, reason: slow }]\n`,
      'c.yaml:1:1: the champion 1.4.0 is quarantined.',
    ],
    ['canary: { version: 1.5.0, traffic: 0 }\n', 'c.yaml:1:27: canary.traffic must be more than 0, but is 0.'],
  ])('refuses %j', (text, message) => {
    expect(() => parseChannels(text, 'c.yaml')).toThrow(message);
  });
});

describe('parseVersion', () => {
  const document = versionDocument('1.4.0');
  const text = stringify(document, { aliasDuplicateObjects: false });

  it('reads a manifest', () => {
    expect(parseVersion(text, '1.4.0.yaml', '1.4.0').value).toEqual(document);
  });

  it('refuses one that stands under another name, or whose digest is none', () => {
    expect(() => parseVersion(text, '1.5.0.yaml', '1.5.0')).toThrow(
      '1.5.0.yaml:1:1: the file names version 1.4.0, but stands for 1.5.0.',
    );
    expect(() => parseVersion(text.replace(document.artifact.digest, 'f00'), 'v.yaml', '1.4.0')).toThrow(
      'v.yaml:6:3: artifact.digest',
    );
  });
});
