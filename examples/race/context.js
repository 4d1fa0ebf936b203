/** Who is asking. Saves handing the customer through every function below the route. */
export const context = { customer: undefined };
