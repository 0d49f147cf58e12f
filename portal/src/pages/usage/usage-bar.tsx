interface UsageBarProps {
  /** From 0 to 1. */
  readonly share: number;
  /** Of these, the part that is drawn full; all of it unless given. */
  readonly own?: number | undefined;
  readonly near?: boolean;
}

/** A length beside a number that says the same. */
export function UsageBar({ share, own = share, near = false }: UsageBarProps) {
  const width = (part: number) => `${(Math.min(1, Math.max(0, part)) * 100).toFixed(2)}%`;
  return (
    <svg className={near ? 'usage-bar near' : 'usage-bar'} aria-hidden="true" focusable="false">
      <rect className="usage-all" width="100%" height="100%" />
      <rect className="usage-share" width={width(share)} height="100%" />
      <rect className="usage-own" width={width(own)} height="100%" />
    </svg>
  );
}
