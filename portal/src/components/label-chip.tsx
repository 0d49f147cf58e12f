import { readableOn } from './label-colour.ts';

interface LabelChipProps {
  readonly name: string | undefined;
  readonly colour: string | undefined;
}

/** A label on its colour. One whose brightness is not known (a word, half transparent) is shown beside its name. */
export function LabelChip({ name, colour = '' }: LabelChipProps) {
  const ink = readableOn(colour);
  if (ink !== undefined) {
    return (
      <span className="label-chip" style={{ backgroundColor: colour, color: ink }}>
        {name}
      </span>
    );
  }
  return (
    <span className="label-chip">
      {colour !== '' && (
        <span className="label-swatch" style={{ backgroundColor: colour }} aria-hidden="true" />
      )}
      {name}
    </span>
  );
}
