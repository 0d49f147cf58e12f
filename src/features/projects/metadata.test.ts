import { describe, expect, test } from 'vitest';
import { metadataAfter, metadataOfNew } from './metadata.ts';

const badRequest = expect.objectContaining({ code: 'BAD_REQUEST' });

describe('of a new project', () => {
  test('is private unless it says otherwise', () => {
    expect(metadataOfNew({}, undefined)).toEqual({ public: 'false' });
  });

  test('follows the old field public only where metadata is silent', () => {
    expect(metadataOfNew({}, true)).toEqual({ public: 'true' });
    expect(metadataOfNew({ public: 'false' }, true)).toEqual({ public: 'false' });
  });

  test.each(['True', '1', 'yes', ' true'])('takes nothing but true and false for public: %j', (value) => {
    expect(() => metadataOfNew({ public: value }, undefined)).toThrow(badRequest);
  });

  test('reads booleans as Go does and keeps them as true or false', () => {
    expect(metadataOfNew({ auto_scan: 'T', prevent_vul: '0' }, false)).toEqual({
      public: 'false',
      auto_scan: 'true',
      prevent_vul: 'false',
    });
  });

  test('keeps a severity in lower case', () => {
    expect(metadataOfNew({ severity: 'High' }, false)).toMatchObject({ severity: 'high' });
  });

  test.each([[{ auto_scan: 'perhaps' }], [{ severity: 'awful' }], [{ retention_id: '7' }]])(
    'refuses %j',
    (given) => {
      expect(() => metadataOfNew(given, false)).toThrow(badRequest);
    },
  );

  test('drops what only proxy caches have, unknown keys, and what is empty or null', () => {
    const given = {
      proxy_speed_kb: '5',
      projectScanner: 'x',
      auto_scan: '',
      severity: null,
      retention_id: '',
    };

    expect(metadataOfNew(given, false)).toEqual({ public: 'false' });
  });
});

describe('after an update', () => {
  const current = { public: 'true', auto_scan: 'true', retention_id: '7' };

  test('is merged key by key', () => {
    expect(metadataAfter({ severity: 'low', public: 'false' }, current)).toEqual({
      public: 'false',
      auto_scan: 'true',
      retention_id: '7',
      severity: 'low',
    });
  });

  test('loses a key that is sent empty, but never its visibility or what the registry set', () => {
    expect(metadataAfter({ auto_scan: '', public: '', retention_id: '' }, current)).toEqual({
      public: 'true',
      retention_id: '7',
    });
  });

  test('S-026: refuses the retention policy of another project', () => {
    expect(() => metadataAfter({ retention_id: '8' }, current)).toThrow(badRequest);
    expect(metadataAfter({ retention_id: '7' }, current)).toEqual(current);
  });
});
