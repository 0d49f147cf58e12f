import { useRef, useState } from 'react';
import { CallerForm } from './caller-form.tsx';
import { type ApiDocument, found, operationsOf } from './document.ts';
import { OperationEntry } from './operation-entry.tsx';
import type { Caller } from './request.ts';

export function ApiBrowser({ document }: { document: ApiDocument }) {
  const [operations] = useState(() => operationsOf(document));
  const [search, setSearch] = useState('');
  const [caller, setCaller] = useState<Caller>({ kind: 'session' });
  const [answers, setAnswers] = useState(0);
  const token = useRef<string>(null);
  const [linked] = useState(() => decodeURIComponent(window.location.hash.slice(1)));
  const tags = found(operations, search);
  const shown = tags.reduce((sum, [, some]) => sum + some.length, 0);
  return (
    <>
      <header>
        <a href="/">
          <img src="/favicon.svg" alt="Moorage" width="40" height="40" />
        </a>
        <h1>API</h1>
        <span className="version">{document.info.version}</span>
        <a className="aside" href="/api/v2.0/openapi.json">
          openapi.json
        </a>
      </header>
      <p>
        Harbor’s API v2.0 as this registry answers it. What belongs to a feature that is not here yet is left
        out; it answers 501.
      </p>
      <CallerForm caller={caller} answers={answers} onChange={setCaller} />
      <p className="search">
        <label htmlFor="search">Search</label>
        <input
          id="search"
          type="search"
          value={search}
          placeholder="a path, a method, an operation"
          onChange={(event) => setSearch(event.target.value)}
        />
        <span role="status">
          {shown} of {operations.length} operations
        </span>
      </p>
      <main>
        {tags.map(([tag, some]) => (
          <section key={tag}>
            <h2>{tag}</h2>
            {some.map((operation) => (
              <OperationEntry
                key={operation.id}
                operation={operation}
                schemas={document.components.schemas}
                caller={caller}
                token={token}
                onSent={() => setAnswers((before) => before + 1)}
                initiallyOpen={operation.id === linked}
              />
            ))}
          </section>
        ))}
      </main>
    </>
  );
}
