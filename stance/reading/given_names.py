"""Given names that stand before a surname and make it somebody else's: "Jens Merkel" is not Angela Merkel."""

__all__ = ["GIVEN_NAMES"]

GIVEN_NAMES = frozenset(
    """
Achim Adam Adrian Agnes Ahmad Ahmed Aische Alain Alan Albert Alejandro Alessandro Alex Alexander
Alexandra Alfred Ali Alice Alina Amir Amira Ana Andrea Andreas Andrei Andrew Angela Angelika Anita Anja
Anke Anna Annalena Anne Annegret Annette Antje Anton Antonia Antonio Arne Arnold Arthur Astrid Aylin
Barbara Bastian Beat Beate Ben Benedikt Benjamin Bernd Bernhard Bettina Bianca Birgit Björn Boris
Brigitte Bruno Burkhard Carina Carla Carlo Carlos Carmen Carola Caroline Carsten Cem Charles Charlotte
Chiara Chris Christa Christian Christiane Christina Christine Christof Christoph Christopher Clara
Claudia Claus Clemens Conny Corinna Cornelia Cristina Dagmar Daniel Daniela Daniele David Denis Dennis
Diana Diego Dieter Dietmar Dirk Dmitri Dominik Donald Dora Doris Dorothea Eberhard Eckhard Edgar Edith
Eduard Edward Elena Elias Elisabeth Elke Ella Ellen Emil Emilia Emma Emmanuel Enrico Eric Erich Erik
Erika Erna Ernst Erwin Esther Eugen Eva Evelyn Fabian Fatima Fatma Felix Ferdinand Fernando Filip
Florian Frances Francesca Francesco Francisco Frank Franz Franziska Frauke Fred Friederike Friedrich
Fritz Gabi Gabriel Gabriele Georg George Gerald Gerda Gerhard Gerold Gisela Giulia Gottfried Gregor
Greta Gudrun Guido Günter Günther Hakan Hanna Hannah Hannelore Hannes Hans Harald Hartmut Hassan Heidi
Heike Heiko Heiner Heinrich Heinz Helena Helene Helga Helmut Henrik Henry Herbert Hermann Hilde Holger
Horst Hubert Hugo Ibrahim Ida Igor Ilona Ilse Ina Ines Inge Ingeborg Ingo Ingrid Irene Iris Isabel
Isabella Iwan Jacob Jacques Jakob James Jan Jana Janina Jean Jens Jessica Jill Jim Joachim Joan Jochen
Joe Joel Johann Johanna Johannes John Jonas Jonathan Jorge Josef Joseph José Juan Judith Jukka Julia
Julian Juliane Jutta Jörg Jürgen Kai Karin Karl Karla Karolin Karsten Katarina Katharina Kathrin Katja
Katrin Kemal Kerstin Kevin Kim Klara Klaus Konrad Konstantin Kristin Kristina Kurt Käthe Lara Larissa
Lars Laura Laurent Lea Lena Leo Leon Leonhard Leonie Leyla Lina Linda Lisa Lothar Louis Luca Lucas Lucia
Ludwig Luis Luisa Lukas Lutz Lydia Maja Malte Manfred Manuel Manuela Marc Marcel Marco Marcus Margarete
Margit Maria Marianne Marie Marina Mario Marion Marius Mark Marko Markus Marlene Marta Martha Martin
Martina Mary Mathias Matteo Matthias Max Maximilian Mehmet Melania Melanie Melinda Mia Michael Michaela
Michail Michel Michelle Miguel Mike Miriam Mohamed Mohammed Monika Moritz Murat Mustafa Nadine Nadja
Natalia Natalie Nicolas Nicole Niels Nikolai Nikolaus Nils Nina Noah Nora Norbert Olaf Ole Oleg Olga
Oliver Omar Oskar Otto Pablo Pamela Paola Paolo Pascal Patricia Patrick Paul Paula Pauline Pavel Pedro
Peter Petra Philipp Pia Pierre Rafael Rainer Ralf Ralph Ramona Raphael Raúl Rebecca Regina Regula Reiner
Reinhard Reinhold Renate René Ricardo Richard Rita Robert Roberto Robin Roger Roland Rolf Roman Ronald
Rosa Rosemarie Rudolf Ruth Sabine Sabrina Samuel Sandra Sara Sarah Saskia Sebastian Selina Serge Sergej
Sergio Severin Silke Silvia Simon Simone Sofia Sonja Sophia Sophie Stefan Stefanie Steffen Steffi
Stephan Stephanie Stephen Susan Susanne Sven Svenja Swetlana Sylvia Tamara Tanja Tarek Tatjana Teresa
Theo Theodor Theresa Thomas Thorsten Tim Timo Tina Tobias Tom Toni Torsten Udo Ulf Uli Ulrich Ulrike
Ursula Uta Ute Uwe Valentin Valentina Vanessa Vera Verena Veronika Victor Viktor Viktoria Vincent Volker
Waltraud Werner Wiebke Wilhelm Willi William Winfried Wladimir Wolfgang Yannick Yasemin Yasmin Yvonne
Zoe
""".split()
)
