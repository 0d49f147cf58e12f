import { useState } from 'react';

/** Lines to type, with a button that copies them. Browsers offer the clipboard only on HTTPS and localhost. */
export function CommandLines({ lines }: { lines: string[] }) {
  const [copied, setCopied] = useState(false);
  const text = lines.join('\n');
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div className="command">
      <pre>
        <code>{text}</code>
      </pre>
      {window.isSecureContext && (
        <button type="button" onClick={() => void copy()} onBlur={() => setCopied(false)}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}
