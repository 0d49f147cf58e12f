import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiBrowser } from './api-browser.tsx';
import type { ApiDocument } from './document.ts';
import '../style.css';
import './api-browser.css';

// Nothing of the address bar but the fragment is read, and that only to find an operation: a document from
// elsewhere cannot be shown (S-068).
const documentAddress = '/api/v2.0/openapi.json';

function Page() {
  const [document, setDocument] = useState<ApiDocument>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const ended = new AbortController();
    fetchDocument(ended.signal).then(setDocument, (error: unknown) => {
      if (!ended.signal.aborted) setFailure(String(error));
    });
    return () => ended.abort();
  }, []);
  if (document) return <ApiBrowser document={document} />;
  return <p role="status">{failure === undefined ? 'Loading …' : `${documentAddress}: ${failure}`}</p>;
}

async function fetchDocument(signal: AbortSignal): Promise<ApiDocument> {
  const response = await fetch(documentAddress, { signal });
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return response.json();
}

const place = document.getElementById('api-browser');
if (!place) throw new Error('index.html has no element with the id "api-browser"');
createRoot(place).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
