/** Version of this package; `npm test` checks it against package.json. */
export const version = '0.1.0';
