export { useRepository } from '../../components/repository-context.ts';
