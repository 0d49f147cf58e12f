/**
 * Harbor's ten, under its names of them, so that its users' preference reads the same. Those that are not complete
 * are not offered; the test of the texts says how much of each there is.
 */
export const languages = [
  { id: 'en-us', tag: 'en', name: 'English', complete: true },
  { id: 'de-de', tag: 'de', name: 'Deutsch', complete: true },
  { id: 'es-es', tag: 'es', name: 'Español', complete: false },
  { id: 'fr-fr', tag: 'fr', name: 'Français', complete: false },
  { id: 'ko-kr', tag: 'ko', name: '한국어', complete: false },
  { id: 'pt-br', tag: 'pt-BR', name: 'Português do Brasil', complete: false },
  { id: 'ru-ru', tag: 'ru', name: 'Русский', complete: false },
  { id: 'tr-tr', tag: 'tr', name: 'Türkçe', complete: false },
  { id: 'zh-cn', tag: 'zh-CN', name: '简体中文', complete: true },
  { id: 'zh-tw', tag: 'zh-TW', name: '繁體中文', complete: false },
] as const;

export const offered = languages.filter(({ complete }) => complete);

export type Language = (typeof languages)[number];

/** English, stretched and accented: what is cut off or was never translated shows in it. For tests, never offered. */
export const pseudo = { id: 'en-xa', tag: 'en-XA' } as const;
