export const labels = [
  'Lindenweg 4, 10115 Berlin',
  'Am Alten Hafen 12, 28195 Bremen',
  'Poststrasse 1, 20354 Hamburg',
  'Kleine Gasse 9, 01067 Dresden',
  'Gewerbepark an der alten Ziegelei Halle B Tor West',
  'Marktplatz 3, 70173 Stuttgart',
];
