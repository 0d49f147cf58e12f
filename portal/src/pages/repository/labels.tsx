import { LabelChip } from '../../components/label-chip.tsx';

interface LabelsProps {
  readonly labels: readonly { id?: number; name?: string; color?: string }[] | null | undefined;
}

export function Labels({ labels }: LabelsProps) {
  if (!labels || labels.length === 0) return null;
  return (
    <span className="labels">
      {labels.map(({ id, name, color }) => (
        <LabelChip key={id} name={name} colour={color} />
      ))}
    </span>
  );
}
