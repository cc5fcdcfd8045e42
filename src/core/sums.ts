/** What lies beside every version, so that coreutils alone can verify it: `sha256sum -c SHA256SUMS`. */
export const SUMS = 'SHA256SUMS';

/** The one line of it; file names hold neither line breaks nor backslashes. */
export const sumsLine = (file: { readonly sha256: string; readonly name: string }): string =>
  `${file.sha256}  ${file.name}\n`;
