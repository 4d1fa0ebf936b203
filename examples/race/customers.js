const names = [
  ...['Alice', 'Bob', 'Chidi', 'Dana', 'Emil', 'Farah', 'Goran', 'Hanna', 'Ivo', 'Jun'],
  ...['Karin', 'Leo', 'Mira', 'Nils', 'Olga', 'Pablo', 'Quinn', 'Rosa', 'Sven', 'Tamar'],
];

/** The customers of a small bank, with the token that their app sends along. */
export const customers = names.map((name, index) => ({
  id: index + 1,
  name,
  token: `session-${name.toLowerCase()}`,
  balance: 100 + 37 * index,
}));
