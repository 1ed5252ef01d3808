"""What an argument is likely to be, by its name: the order in which values are tried, never a verdict."""

from __future__ import annotations

import re
from functools import cache

from .words import in_english

KINDS: tuple[tuple[str, str], ...] = (
    ("w", r"(w|weights?|theta|syn|synapse_?|wt)_?(?P<l>\d)"),
    ("b", r"(b|bias(es)?)_?(?P<l>\d)"),
    ("x",
        r"xs?|x_?(train|batch|data|in|i|tr|input|set|norm|mini)|(train(ing)?_)?(inputs?|features?|"
        r"images?|samples?|examples?)(_?(list|data|vec(tor)?|values?|arrays?|batch|layer|set|matrix|"
        r"x))?|data|a_?0|img|train_?(x|set_x|data_x)|input_?x|batch_?x|mini_?batch_?x|row|x_?0|"
        r"features_train|data_?x"
    ),
    ("y",
        r"ys?|ts?|y_?(in|input|i|train|batch|data|true|t|tr|set|label|one_?hot|real|enc|hot|mini|actual|expected|"
        r"target)|(train(ing)?_)?(targets?|labels?|answers?|truth|expected|desired|actual|"
        r"outputs?_?(data|expected|true)|ground_?truth|classes)(_?(list|data|vec(tor)?|values?|"
        r"arrays?|batch|set|outputs?|result|y))?|train_?(y|set_y)|one_?hot(_?(y|labels?|encoded|"
        r"targets?))?|d|true(_?(y|labels?|values?))?|keys|expected_?outputs?|batch_?y|mini_?batch_?y|"
        r"desired_?outputs?|training_outputs|labels_?(onehot|train)|correct(_?(outputs?|answers?))?|"
        r"target_?outputs?|y_?0|tgt|goal"
    ),
    ("pairs",
        r"(training|train)_?(data|set|dataset|pairs|examples)|mini_?batch|batch_data|data_?set|"
        r"dataset|pairs|(train(ing)?_)?patterns?|pats"
    ),
    ("rate",
        r"((current|cur|initial|init|base|start(ing)?)_?)?(learning|learn|training)_?rates?|lr|l_?r|alphas?|eta|step_?size|step|epsilon|rate|learn|a|"
        r"learningrate|l_rates?|mu_lr|lr_?rate|(current|cur|initial|init|base)_?lr"
    ),
    ("epochs",
        r"(n|num|number|no|max|total|of)*_?(of)*_?(epochs?|iter(ation)?s?|steps?|passes|loops|"
        r"train(ing)?_iterations)|max_?iters?|n_iter_?|nb_epochs?|iterations?|epochs?|niter|maxiter|"
        r"iters?|steps|times|count"
    ),
    ("batch", r"(mini_?)?batch_?(size|num|n)|bs|mini_?batch_?size"),
    ("reg",
        r"reg(ulari[sz]ation)?(_?(lambda|strength|rate|param|coeff?|l2|constant|term))?|lamb?da?_?\d?|"
        r"lmbda|lambd?|l2(_?(reg|lambda|coef|penalty))?|l1|weight_?decay|decay(_?rate)?|c_reg|"
        r"drop_?out(_?(rate|prob|p))?|momentum|gamma|noise|rho"
    ),
    ("one", r"keep_?(prob|p|rate)?|scale|std|dropout_keep_prob|weight_scale|beta_?\d"),
    ("rarely", r".*_?(every|interval|freq(uency)?|period)(_.*)?"),
    ("false",
        r"verbose|print_?(cost|loss|every|costs|out|info|freq)?|plot|show|debug|log|shuffle|display|"
        r"dropout|monitor_.*|is_?plot.*|silent|testing|training"
    ),
    ("seed", r"(random_?)?(seed|state)"),
    ("iteration", r"(epoch|i|iter|iteration|it|iter_num|idx|index|current_.*|j|k|step_num)"),
    ("n0",
        r"n_?0|n_?x|n_?i(n(puts?)?)?|(n|num|nb|nn|number|no|size|dim|n_of|d)?_?(of)?_?(inputs?|features?|"
        r"in|pixels)_?(size|dims?|nodes?|units?|neurons?|num|n|layer|count|dimension|features?|"
        r"layer_size|shape|width|length|layer_neurons|layer_nodes|layer_dim)?s?|d_in|in_?(dim|"
        r"features|size|channels?)|input_?layer_?size|inodes|inputnodes|d"
    ),
    ("nl",
        r"n_?y|n_?o(ut(puts?)?)?|(n|num|nb|nn|number|no|size|dim|n_of)?_?(of)?_?(outputs?|classes|out|"
        r"labels)_?(size|dims?|nodes?|units?|neurons?|num|n|layer|count|dimension|classes|layer_size|"
        r"shape|width|layer_neurons|layer_nodes|layer_dim|features)?s?|d_out|out_?(dim|features|size)|"
        r"k|c|onodes|outputnodes|class_?(num|count)"
    ),
    ("nh",
        r"n_?h(?P<h>\d?)|(n|num|nb|nn|number|no|size|dim|n_of)?_?(of)?_?(h|hidden|hid|hidden_?layer|"
        r"middle)_?(?P<i>\d?)_?(size|dims?|nodes?|units?|neurons?|num|n|layer|count|dimension|h?dim|"
        r"layer_size|shape|width|layer_neurons|layer_nodes|layer_dim)?_?(?P<j>\d?)s?|h|nn_hdim|hnodes|"
        r"hiddennodes|neurons?|units"
    ),
    ("sizes",
        r"(nn_?)?(layers?|n_?layers|net(work)?|node|nodes|unit|units|neurons?)?_?(sizes?|dims?|"
        r"dimensions?|shapes?|layers?|structure|arch(itecture)?|topology|config|units|nodes|neurons|"
        r"layers_?dims?|list|widths?|npl|layout|per_layer|counts?)(_?(list|sizes|dims?))?|layers|"
        r"sizes|arch|topology|layer_?units|npl"
    ),
    ("depth", r"(n|num|nb|number)_?(of)?_?layers?|depth|l"),
    ("m",
        r"m|n|num_?(examples|samples|train|data)|n_?(samples|examples)|batch_?len|n_?samples?|"
        r"number_of_(examples|samples)"
    ),
    ("weights", r"w|ws|weights?|w_?list|weight_?list|all_?weights|matrices"),
    ("biases", r"b|bs|bias(es)?|b_?list|bias_?list"),
    ("parameters",
        r"param(eter)?s?(_?values)?|theta|model|network|net|nn|neural_?network|wb|weights_and_biases|"
        r"pars?|prm|coefs?|nn_?params|architecture"
    ),
    ("output",
        r"(y_?)?(hat|pred(icted|iction|ictions|s)?)|o|output|outputs|al|a_?(l|out|last|final)|"
        r"a(?P<o>\d)|preds?|probs?|y_?(pred|hat|prob|p|out|output|predicted)|predictions?|"
        r"predicted(_?(output|y))?|result|activation(_?output)?|scores?|network_output|final_?output|"
        r"out"
    ),
    ("cache",
        r"caches?|cash|memory|mem|fwd(_?.*)?|forward(_?.*)?|cached|intermediates?|activations|zs?|"
        r"a_?list|store|history|values"
    ),
)  # fmt: skip
"""Each kind with the names that people give it; the first that matches a whole name counts."""
PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in KINDS)


LAYERS = (
    (
        1,
        r"one|first|1st|ih|i_?h|input_?(to_?)?hidden|in_?(to_?)?hid(den)?|hidden(_?(layer|1))?|input(_?layer)?|h|0_?1|xh|in|i2h",
    ),
    (2, r"two|second|2nd|ho|h_?o|hidden_?(to_?)?out(put)?|output(_?layer)?|out|o|1_?2|hy|h2o"),
)
"""Words by which two layers are told apart."""
PARTS = (
    ("epochs", r"epoch|iter|num_steps"),
    ("rate", r"learn.*rate|step_size|(^|_)lr(_|$)|(^|_)eta(_|$)"),
    ("batch", r"batch.*(size|len)"),
    ("false", r"verb|print|plot|show|display|debug|log"),
    ("reg", r"regular|decay|momentum|drop|lambda"),
    ("hidden", r"hidden.*(s|list|dims)$"),
    ("nh", r"hidden"),
    ("x", r"input|feature|train.*x|x.*train|image"),
    ("y", r"target|label|expected|desired|train.*(y|output|answer)|y.*train|actual|set_output"),
)
"""Parts of names that no kind knows whole."""
WEIGHTS, BIASES = r"(?:weights?|w|theta|synapses?|syn|kernel)", r"(?:bias(?:es)?|b)"


def _worded(bare: str) -> list[tuple[str, int]]:
    """`weights_input_hidden`, `output_bias`, `wih`: a W or a b and its layer."""
    for kind, word in (("w", WEIGHTS), ("b", BIASES)):
        if match := re.fullmatch(rf"(?:(?P<a>.+)_)?{word}(?:_(?P<b>.+))?|{word[3]}(?P<c>ih|ho|xh|hy|h|o)", bare):
            words = "_".join(filter(None, match.groupdict().values())).replace("layer_", "").removesuffix("_layer")
            found = [(kind, layer) for layer, pattern in LAYERS if re.fullmatch(pattern, words)]
            if found:
                return found
    return []


@cache
def kinds_of(name: str) -> list[tuple[str, int]]:
    """The kinds that a name may be of, the likeliest first, each with the number in it (0 where there is none)."""
    bare = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", name).strip("_").lower()
    bare = re.sub(r"^(self|my|the|p|in|arg)_(?=.{2})", "", bare)
    found = _whole(bare) or [one for told in in_english(bare) for one in _whole(told)][:1]
    return found or [(kind, 0) for kind, part in PARTS if re.search(part, bare)][:1]


def _whole(bare: str) -> list[tuple[str, int]]:
    """The kinds that know a whole name."""
    found = []
    for kind, pattern in PATTERNS:
        if match := pattern.fullmatch(bare):
            digits = [int(value) for key, value in match.groupdict().items() if value and value.isdigit()]
            found.append((kind, digits[0] if digits else 0))
    return found + _worded(bare)
