/**
 * An expression is a number, or a node { operator, left, right } of two expressions.
 * Nodes are frozen: the solver shares them between thousands of branches.
 */
export function combine(operator, left, right) {
  return Object.freeze({ operator, left, right });
}

export function valueOf(expression) {
  if (typeof expression === 'number') return expression;
  const left = valueOf(expression.left);
  const right = valueOf(expression.right);
  switch (expression.operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      throw new Error(`Unknown operator ${expression.operator}`);
  }
}

/** Writes as few brackets as the precedence of the operators allows. */
export function format(expression) {
  if (typeof expression === 'number') return String(expression);
  const { operator, left, right } = expression;
  const leftText = bracketIf(precedenceOf(left) < precedenceOf(expression), format(left));
  // a - (b - c) and a / (b * c) need their brackets although both sides bind equally.
  const isOrderSensitive = operator === '-' || operator === '/';
  const minimum = precedenceOf(expression) + (isOrderSensitive ? 1 : 0);
  const rightText = bracketIf(precedenceOf(right) < minimum, format(right));
  return `${leftText} ${operator} ${rightText}`;
}

function precedenceOf(expression) {
  if (typeof expression === 'number') return 3;
  return expression.operator === '*' || expression.operator === '/' ? 2 : 1;
}

function bracketIf(needed, text) {
  return needed ? `(${text})` : text;
}
