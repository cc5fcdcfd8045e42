/** What the settings that an archive begins with may say. pg_restore refuses anything else. */

/**
 * Names of character sets: PostgreSQL's manual, "Character Set Support", table "PostgreSQL Character Sets", and the names that releases
 * before 8.1 gave some of them.
 */
const encodings = new Set(
  `BIG5 EUC_CN EUC_JP EUC_JIS_2004 EUC_KR EUC_TW GB18030 GBK ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 JOHAB KOI8R KOI8U
  LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 MULE_INTERNAL SJIS SHIFT_JIS_2004 SQL_ASCII UHC UTF8
  WIN866 WIN874 WIN1250 WIN1251 WIN1252 WIN1253 WIN1254 WIN1255 WIN1256 WIN1257 WIN1258
  ALT KOI8 TCVN UNICODE WIN`.split(/\s+/),
);

/** Whether `definition` is what a dump sets for the entry `description`; true for entries that set nothing. */
export function settingHolds(description: string, definition: string | null): boolean {
  if (description === 'ENCODING') {
    const name = /^SET client_encoding = '(\w+)';\n$/.exec(definition ?? '')?.[1];
    return name !== undefined && encodings.has(name);
  }
  if (description === 'STDSTRINGS')
    return /^SET standard_conforming_strings = '(?:on|off)';\n$/.test(definition ?? '');
  return true;
}
