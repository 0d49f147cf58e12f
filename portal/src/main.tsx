import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { commandsFor } from './commands.ts';
import { useHealth } from './health.ts';
import { StartPage } from './start-page.tsx';
import './style.css';

function Portal() {
  const health = useHealth();
  return <StartPage host={window.location.host} commands={commandsFor(window.location)} health={health} />;
}

const place = document.getElementById('portal');
if (!place) throw new Error('index.html has no element with the id "portal"');
createRoot(place).render(
  <StrictMode>
    <Portal />
  </StrictMode>,
);
