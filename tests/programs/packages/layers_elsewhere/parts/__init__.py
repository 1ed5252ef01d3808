from parts.bends import *
from parts.linear import *
