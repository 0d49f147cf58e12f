import { Type } from 'typebox';
import { says } from './documentation.ts';

const outgoing = { group: 'Outgoing calls' };

/** Of calls to servers that users name, such as webhooks. */
export const outgoingSettings = {
  outgoingAllow: Type.String({
    pattern: '^[0-9A-Za-z.:/*,\\s_-]*$',
    ...says({
      ...outgoing,
      description:
        'What the registry may call (webhooks, for instance) beside public addresses: addresses, ranges, host names and `*.host.names`, or the word `private` for 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and fc00::/7. Loopback and the own addresses of the machine have to be named. Link-local addresses and those where clouds hand out credentials stay closed whatever is written here.',
      rule: 'must be addresses, ranges such as 10.0.0.0/8, host names or the word private, separated by commas',
      default: '',
      absent: 'public addresses only',
      example: '10.20.0.0/16,hooks.corp.example.com',
    }),
  }),
  webhookAttempts: Type.Integer({
    minimum: 1,
    maximum: 20,
    ...says({
      ...outgoing,
      description:
        'How often the delivery of a webhook is tried in all: the pause doubles from 2 seconds to 10 minutes.',
      rule: 'must be a whole number from 1 to 20',
      default: 15,
      example: 3,
    }),
  }),
  webhookTimeoutSeconds: Type.Integer({
    minimum: 1,
    maximum: 60,
    ...says({
      ...outgoing,
      description: 'How long one try waits for the target of a webhook.',
      rule: 'must be a whole number of seconds from 1 to 60',
      default: 3,
      example: 10,
    }),
  }),
};
