import { useState } from 'react';
import type { ApiDocument, Operation } from './document.ts';
import { type Caller, addressOf, type Sent, send, type Values } from './request.ts';
import { exampleOf } from './schema.ts';

export interface TryItProps {
  operation: Operation;
  schemas: ApiDocument['components']['schemas'];
  caller: Caller;
  token: { current: string | null };
  /** Called when an answer is there. */
  onSent: () => void;
}

type Outcome =
  | { kind: 'none' }
  | { kind: 'running' }
  | { kind: 'failed'; why: string }
  | { kind: 'sent'; sent: Sent };

export function TryIt({ operation, schemas, caller, token, onSent }: TryItProps) {
  const [values, setValues] = useState<Values>({});
  const [body, setBody] = useState(() =>
    operation.body ? textOf(exampleOf(operation.body, schemas), operation.form) : '',
  );
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' });
  const submit = async () => {
    setOutcome({ kind: 'running' });
    try {
      setOutcome({ kind: 'sent', sent: await send(operation, values, caller, body, token) });
      onSent();
    } catch (error) {
      setOutcome({ kind: 'failed', why: String(error) });
    }
  };
  return (
    <form
      className="try"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h3>Try it</h3>
      <Fields operation={operation} values={values} onChange={setValues} />
      {operation.body && (
        <label className="body">
          <span>{operation.form ? 'Form' : 'Body; null counts as left out'}</span>
          <textarea
            rows={Math.min(16, body.split('\n').length + 1)}
            spellCheck={false}
            value={body}
            onChange={(event) => setBody(event.target.value)}
          />
        </label>
      )}
      <p>
        <button type="submit" disabled={outcome.kind === 'running'}>
          Send
        </button>{' '}
        <code>
          {operation.method} {addressOf(operation, values)}
        </code>
      </p>
      <Answer outcome={outcome} />
    </form>
  );
}

function textOf(example: unknown, form: boolean): string {
  if (!form) return JSON.stringify(example, null, 2);
  return Object.keys(example ?? {})
    .map((name) => `${name}=`)
    .join('&');
}

interface FieldsProps {
  operation: Operation;
  values: Values;
  onChange: (values: Values) => void;
}

function Fields({ operation, values, onChange }: FieldsProps) {
  return operation.parameters.map(({ in: where, name, required }) => {
    const key = `${where} ${name}`;
    return (
      <label key={key}>
        <code>{name}</code>
        <input
          required={required}
          autoComplete="off"
          spellCheck={false}
          value={values[key] ?? ''}
          onChange={(event) => onChange({ ...values, [key]: event.target.value })}
        />
      </label>
    );
  });
}

/** What came back, as text: nothing of it is ever read as HTML. */
function Answer({ outcome }: { outcome: Outcome }) {
  if (outcome.kind === 'none') return null;
  if (outcome.kind === 'running') return <p role="status">Waiting …</p>;
  if (outcome.kind === 'failed') return <p role="alert">No answer: {outcome.why}</p>;
  const { status, statusText, headers, body, milliseconds } = outcome.sent;
  return (
    <div className="answer">
      <p role="status">
        <b className={status < 400 ? 'good' : 'bad'}>
          {status} {statusText}
        </b>{' '}
        after {milliseconds} ms
      </p>
      <pre className="headers">{headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>
      {body !== '' && <pre>{body}</pre>}
    </div>
  );
}
