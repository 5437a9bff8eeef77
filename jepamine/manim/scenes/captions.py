"""The texts that scenes show."""

_LABELS = (
    "angle area axis base bias cell charge chord cost cube data decay delta density edge energy error factor "
    "field flow focus force frame gain gamma gravity growth height input kernel layer length lens limit loop "
    "mass matrix mean memory model motion node noise norm omega orbit origin output path peak phase power "
    "price proof pulse queue radius rank ratio root sample score series sigma signal slope source speed spin "
    "stack state sum target tensor theta time torque tree union value vector volume wave weight work zero"
)
#: Labels: one word each.
LABELS = _LABELS.split()

#: Short labels: a letter or two.
LETTERS = (*"ABCDEFGHKLMNPQRSTUVXYZ", "x", "y", "t", "v", "P1", "P2", "A1", "A2", "H1")

#: Headings.
TITLES = (
    "Area of a Circle",
    "Binary Search",
    "Conic Sections",
    "Data Flow",
    "Derivatives",
    "Energy and Work",
    "Fourier Series",
    "Game Theory",
    "Graph Search",
    "How Rockets Fly",
    "Laws of Motion",
    "Linear Algebra",
    "Neural Networks",
    "Number Theory",
    "Prime Numbers",
    "Probability",
    "Projectile Motion",
    "Pythagoras",
    "Sorting a List",
    "Sound Waves",
    "The Chain Rule",
    "The Unit Circle",
    "Vectors in a Plane",
    "What is a Limit?",
)

#: Lines below a heading.
SENTENCES = (
    "a sum of squares",
    "all paths meet here",
    "each step halves it",
    "equal on both sides",
    "every point counts",
    "it never gets to zero",
    "one half remains",
    "small steps add up",
    "take the largest",
    "the area doubles",
    "the inner angles",
    "the limit exists",
    "the order matters",
    "the rate of change",
    "the same as before",
    "the slope is zero",
    "the sum is even",
    "then turn around",
    "two equal parts",
    "what goes up",
)
