/**
 * What clients asked for and what they were told: the measure of every fault run.
 *
 * Everything a client writes is a register: a tag holds a digest or nothing; a manifest or a blob of a repository
 * is there or not. After the writers have stopped, a register may hold the value of any write that was not
 * certainly followed by another one: acknowledged writes must be there, writes whose answer never came may be.
 */
export type RegisterKind = 'tag' | 'manifest' | 'blob';

/** A digest, `there`, or undefined: nothing. */
export type Value = string | undefined;

interface Write {
  readonly value: Value;
  readonly began: number;
  /** Infinity while the answer is out, and for a lost answer until `settle`. */
  ended: number;
  acknowledged: boolean;
}

export interface Register {
  readonly kind: RegisterKind;
  readonly repository: string;
  /** The tag or the digest. */
  readonly name: string;
  readonly writes: Write[];
  /** Nothing was written since a check has found it right. */
  checked: boolean;
}

/** One request under way. Call one of them; a request that nobody ended stays unknown. */
export interface Attempt {
  acknowledged(): void;
  /** The server said no: nothing was written. */
  refused(): void;
}

export class History {
  /** Answers that no fault excuses, in words. */
  readonly violations: string[] = [];
  readonly #registers = new Map<string, Register>();

  begin(kind: RegisterKind, repository: string, name: string, value: Value): Attempt {
    const register = this.#register(kind, repository, name);
    const write: Write = { value, began: performance.now(), ended: Infinity, acknowledged: false };
    register.writes.push(write);
    register.checked = false;
    return {
      acknowledged: () => {
        write.ended = performance.now();
        write.acknowledged = true;
      },
      refused: () => {
        register.writes.splice(register.writes.indexOf(write), 1);
      },
    };
  }

  /** Called when no request can be under way any more, for instance after a restart: lost answers are in the past. */
  settle(): void {
    const now = performance.now();
    for (const { writes } of this.#registers.values()) {
      for (const write of writes) if (write.ended === Infinity) write.ended = now;
    }
  }

  /** What a check has seen while nobody wrote is from now on the only possible value. */
  seen(register: Register, value: Value): void {
    const now = performance.now();
    const found = this.#register(register.kind, register.repository, register.name);
    found.writes.splice(0, Infinity, { value, began: now, ended: now, acknowledged: true });
    found.checked = true;
  }

  /** As it is at this moment; answers that arrive later change only the original. */
  copy(): History {
    const copy = new History();
    for (const [key, register] of this.#registers) {
      copy.#registers.set(key, { ...register, writes: register.writes.map((write) => ({ ...write })) });
    }
    return copy;
  }

  registers(): Register[] {
    return [...this.#registers.values()];
  }

  /** How much has been acknowledged, for the report of a run. */
  count(kind: RegisterKind): number {
    return this.registers().filter((one) => one.kind === kind && one.writes.some((w) => w.acknowledged))
      .length;
  }

  #register(kind: RegisterKind, repository: string, name: string): Register {
    const key = `${kind} ${repository} ${name}`;
    const known = this.#registers.get(key);
    if (known) return known;
    const made: Register = { kind, repository, name, writes: [], checked: false };
    this.#registers.set(key, made);
    return made;
  }
}

/** Every value that a register may hold once nobody writes any more. */
export function possibleValues({ writes }: Pick<Register, 'writes'>): Set<Value> {
  const acknowledged = writes.filter((write) => write.acknowledged);
  const latest = Math.max(-Infinity, ...acknowledged.map(({ began }) => began));
  // A write that ended before an acknowledged one began has certainly been replaced.
  const values = new Set<Value>(writes.filter(({ ended }) => ended >= latest).map(({ value }) => value));
  if (acknowledged.length === 0) values.add(undefined);
  return values;
}
