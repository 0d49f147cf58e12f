export { type Difference, type VerifyReport, verify } from './verify.ts';
