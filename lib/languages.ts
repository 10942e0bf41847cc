/** The languages that prices are written in. */
export const LANGUAGES = ['en', 'de', 'fr', 'nl'] as const
export type Language = (typeof LANGUAGES)[number]
