import { useState } from 'react';
import type { Parameter } from './document.ts';
import { limitsOf, shapeText } from './schema.ts';
import { TryIt, type TryItProps } from './try-it.tsx';

interface EntryProps extends TryItProps {
  initiallyOpen: boolean;
}

export function OperationEntry({ initiallyOpen, ...rest }: EntryProps) {
  const { operation, schemas } = rest;
  const { id, method, path, summary } = operation;
  const [open, setOpen] = useState(initiallyOpen);
  const scroll = (element: HTMLElement | null) => {
    if (initiallyOpen) element?.scrollIntoView();
  };
  return (
    <details open={open} ref={scroll} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className={`method ${method.toLowerCase()}`}>{method}</span>
        <code className="path">{path}</code>
        <span className="id">{id}</span>
      </summary>
      {open && (
        <div className="operation">
          {summary !== undefined && <p>{summary}</p>}
          <p>
            {operation.guard}{' '}
            <a href={`#${id}`} title="The address of this operation">
              Link
            </a>
          </p>
          <Details operation={operation} schemas={schemas} />
          <TryIt {...rest} />
        </div>
      )}
    </details>
  );
}

function Details({ operation, schemas }: Pick<EntryProps, 'operation' | 'schemas'>) {
  const { parameters, body, answers } = operation;
  return (
    <>
      {parameters.length > 0 && (
        <table>
          <caption>Parameters</caption>
          <tbody>
            {parameters.map((parameter) => (
              <ParameterRow
                key={`${parameter.in} ${parameter.name}`}
                parameter={parameter}
                schemas={schemas}
              />
            ))}
          </tbody>
        </table>
      )}
      {body && (
        <>
          <h3>{operation.form ? 'Form' : 'Body'}</h3>
          <pre>{shapeText(body, schemas)}</pre>
        </>
      )}
      <table>
        <caption>Answers</caption>
        <tbody>
          {answers.map(({ status, description, schema }) => (
            <tr key={status}>
              <th scope="row">{status}</th>
              <td>
                {description}
                {schema && status.startsWith('2') && <pre>{shapeText(schema, schemas)}</pre>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function ParameterRow({ parameter, schemas }: { parameter: Parameter; schemas: EntryProps['schemas'] }) {
  const { name, in: where, required, schema } = parameter;
  const rest = [required ? 'required' : '', limitsOf(schema)].filter(Boolean).join(', ');
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>{where}</td>
      <td>
        <code>{shapeText(schema, schemas)}</code> {rest}
      </td>
    </tr>
  );
}
