import type { Robot } from '../../../../src/features/robots/robots.contract.ts';

const day = 86_400_000;
const soon = 7;

export type RobotState =
  | { readonly kind: 'enabled' | 'disabled' | 'expired' }
  /** Whole days that are left; 0 on its last one. */
  | { readonly kind: 'expiring'; readonly days: number };

/** Undefined when it never ends. */
export function endOf({ expires_at }: Pick<Robot, 'expires_at'>): Date | undefined {
  return expires_at === undefined || expires_at < 0 ? undefined : new Date(expires_at * 1000);
}

/** All that is worth saying of it: a robot that is switched off may have expired besides. */
export function statesOf(robot: Pick<Robot, 'expires_at' | 'disable'>, now: number): RobotState[] {
  const left = (endOf(robot)?.getTime() ?? Number.POSITIVE_INFINITY) - now;
  const states: RobotState[] = robot.disable ? [{ kind: 'disabled' }] : [];
  if (left <= 0) return [{ kind: 'expired' }, ...states];
  if (left < soon * day) return [...states, { kind: 'expiring', days: Math.floor(left / day) }];
  return states.length > 0 ? states : [{ kind: 'enabled' }];
}

/** When a robot ends whose days are counted from `from`. */
export const endAfter = (days: number, from: number): Date => new Date(from + days * day);

/** The rule of the server: undefined when it is no number of days. */
export function daysOf(text: string): number | undefined {
  const days = Number(text.trim());
  return Number.isSafeInteger(days) && days > 0 && days < 2 ** 31 - 1 ? days : undefined;
}
