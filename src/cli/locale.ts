/** Whether the locale can show more than ASCII: the first of LC_ALL, LC_CTYPE, LANG that is set decides, as in POSIX. */
export function isUtf8Locale(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/iu.test(locale);
}
