/** Put in by portal/vite.config.ts: the version of the package that this page was built from. */
declare const MOORAGE_VERSION: string;

/** Put in by portal/vite.config.ts: the text of LICENSE. */
declare const MOORAGE_LICENCE: string;
