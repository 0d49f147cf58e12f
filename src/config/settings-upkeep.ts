import { Type } from 'typebox';
import { says } from './documentation.ts';

const storage = { group: 'Storage' };

/** What goes by itself, and when. */
export const upkeepSettings = {
  collectionSeconds: Type.Integer({
    minimum: 1,
    maximum: 86_400,
    ...says({
      ...storage,
      description: 'How often garbage collection looks for what nobody needs any more.',
      rule: 'must be a whole number of seconds from 1 to 86400 (a day)',
      default: 60,
      example: 600,
    }),
  }),
  tagHistoryDays: Type.Integer({
    minimum: 1,
    maximum: 36_500,
    ...says({
      ...storage,
      description:
        'How long the history of a tag is kept: which image it named when, and who changed it. The newest 1,000 changes of a tag at most.',
      rule: 'must be a whole number of days from 1 to 36500',
      default: 365,
      example: 90,
    }),
  }),
  ledgerDays: Type.Integer({
    minimum: 1,
    maximum: 36_500,
    ...says({
      ...storage,
      description:
        'How long the ledger remembers what was deleted, when, why and by whom. What can still be restored stays in it longer.',
      rule: 'must be a whole number of days from 1 to 36500',
      default: 365,
      example: 1825,
    }),
  }),
} as const;
