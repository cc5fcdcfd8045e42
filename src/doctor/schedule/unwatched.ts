/** Why it is bad that no scan is run. */
export const unwatched = 'without scans nothing is judged, promoted or told';
