/**
 * Base of classes that put private fields on objects which are not their instances: a derived constructor initialises
 * the fields of whatever its base returns. See capture/identity.ts. Each kind of field has a class written out for itself:
 * one shared by several would make V8 look each of them up anew.
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- its constructor is all there is to it
export class Returned {
  constructor(target: object) {
    // oxlint-disable-next-line no-constructor-return -- the point of the class
    return target;
  }
}
