import { useEffect, useState } from 'react';
import type { Caller } from './request.ts';

interface CallerFormProps {
  caller: Caller;
  /** How many answers have come: each of them may have been a login. */
  answers: number;
  onChange: (caller: Caller) => void;
}

export function CallerForm({ caller, answers, onChange }: CallerFormProps) {
  const person = useSessionPerson(answers);
  const given = caller.kind === 'basic' ? caller : { name: '', password: '' };
  return (
    <fieldset className="caller">
      <legend>Requests of this page are sent</legend>
      <label>
        <input
          type="radio"
          name="caller"
          checked={caller.kind === 'session'}
          onChange={() => onChange({ kind: 'session' })}
        />
        as this browser’s session: {person ?? 'nobody is logged in'}
      </label>
      <label>
        <input
          type="radio"
          name="caller"
          checked={caller.kind === 'basic'}
          onChange={() => onChange({ kind: 'basic', ...given })}
        />
        with a name and a password or a secret
      </label>
      {caller.kind === 'basic' && (
        <p className="credentials">
          <input
            aria-label="Name"
            placeholder="name or robot$…"
            autoComplete="off"
            value={caller.name}
            onChange={(event) => onChange({ ...caller, name: event.target.value })}
          />
          <input
            aria-label="Password"
            placeholder="password or secret"
            type="password"
            autoComplete="off"
            value={caller.password}
            onChange={(event) => onChange({ ...caller, password: event.target.value })}
          />
          <span>Forgotten when the page is closed.</span>
        </p>
      )}
    </fieldset>
  );
}

/** The name behind the session's cookie, undefined when there is none; asked again after each answer. */
function useSessionPerson(answers: number): string | undefined {
  const [person, setPerson] = useState<string>();
  useEffect(() => {
    const ended = new AbortController();
    fetchPerson(ended.signal).then(setPerson, () => setPerson(undefined));
    return () => ended.abort();
  }, [answers]);
  return person;
}

async function fetchPerson(signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch('/api/v2.0/users/current', { signal });
  if (!response.ok) return undefined;
  const { username }: { username?: string } = await response.json();
  return username;
}
