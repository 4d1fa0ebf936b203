// A program that says nothing and in which nothing goes wrong.
'use strict';

module.exports = 1;
