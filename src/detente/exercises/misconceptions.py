"""Wrong rules that students follow, each with a name and what to say to one who followed it.

The answer to which a rule leads is computed by the engine for the student's own variant, in
:mod:`detente.exercises.asks`; here are the words. No text reveals a key.
"""

from __future__ import annotations

__all__ = ["MISCONCEPTIONS", "explained", "title"]

#: Name to (title, explanation), each in English and Chinese.
MISCONCEPTIONS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "payoff_dominance": (
        {"en": "payoff dominance taken for equilibrium", "zh": "把支付占优当作均衡"},
        {
            "en": "This is where the payoffs are best together. An equilibrium is where nobody gains by changing alone.",
            "zh": "这里的支付合起来最好。均衡则是无人能靠单独改变而得益之处。",
        },
    ),
    "other_players_probabilities": (
        {"en": "the other player's probabilities", "zh": "用成了对方的概率"},
        {
            "en": "A player mixes so that the other is indifferent: the probabilities follow from the other's payoffs.",
            "zh": "一方混合是为了使对方无差异：概率由对方的支付决定。",
        },
    ),
    "complement": (
        {"en": "the probability of the other strategy", "zh": "另一个策略的概率"},
        {
            "en": "The number belongs to the player's other strategy. Say which strategy a probability is about.",
            "zh": "这个数属于该参与者的另一个策略。请说明概率是哪个策略的。",
        },
    ),
    "payoffs_for_strategies": (
        {"en": "payoffs for strategies", "zh": "把支付当作策略"},
        {
            "en": "This is what a player gets. The question is about what a player does.",
            "zh": "这是参与者得到的支付。问题问的是参与者怎么做。",
        },
    ),
    "strategies_for_payoffs": (
        {"en": "a probability given for a payoff", "zh": "把概率当作支付"},
        {
            "en": "This is how often a strategy is played. The question is about what a player gets.",
            "zh": "这是某策略的使用频率。问题问的是参与者得到多少。",
        },
    ),
    "weak_for_strict": (
        {"en": "weak for strict", "zh": "把弱的当作严格的"},
        {
            "en": "A tie counts where it must not: strict means better in every case, weak allows equality.",
            "zh": "在不该算的地方算入了平局：严格指每种情形都更好，弱则允许相等。",
        },
    ),
    "strict_for_weak": (
        {"en": "strict for weak", "zh": "把严格的当作弱的"},
        {
            "en": "A tie is left out: equal is enough here, since nobody gains by a change that pays the same.",
            "zh": "漏掉了平局：这里相等即可，因为支付相同的改变并不使人得益。",
        },
    ),
    "wrong_player": (
        {"en": "the wrong player's payoffs", "zh": "看错了参与者的支付"},
        {
            "en": "The payoffs of another player were compared. Each player looks at its own.",
            "zh": "比较的是另一方的支付。每个参与者只看自己的支付。",
        },
    ),
    "security": (
        {"en": "the cautious choice taken for a best reply", "zh": "把保守选择当作最优反应"},
        {
            "en": "This is best in the worst case. A best reply is best against what the others actually do.",
            "zh": "这是最坏情形下最好的选择。最优反应是针对对方实际所为的最好选择。",
        },
    ),
    "best_case": (
        {"en": "the best case for the worst case", "zh": "把最好情形当作最坏情形"},
        {
            "en": "This counts on the others doing what suits the player. What is guaranteed is what the worst case leaves.",
            "zh": "这指望对方配合自己。能保证的是最坏情形下所剩的。",
        },
    ),
    "one_round": (
        {"en": "elimination stopped after one round", "zh": "剔除只做了一轮"},
        {
            "en": "After a strategy is gone, others may become dominated. Go on until nothing is left to remove.",
            "zh": "剔除一个策略之后，别的策略可能变为被占优。继续到无可剔除为止。",
        },
    ),
    "sum_not_discounted": (
        {"en": "sum instead of discounted payoff", "zh": "求和而未贴现"},
        {
            "en": "Payoffs were added as they come. A payoff t periods away counts delta**t.",
            "zh": "把各期支付直接相加了。t 期之后的支付按 delta**t 计。",
        },
    ),
    "discounted_early": (
        {"en": "discounting begins one period early", "zh": "贴现早了一期"},
        {
            "en": "The first period is now and counts in full.",
            "zh": "第一期就是现在，不贴现。",
        },
    ),
    "not_averaged": (
        {"en": "discounted sum instead of average payoff", "zh": "贴现和而非平均支付"},
        {
            "en": "The sum of discounted payoffs is not on the scale of one period; multiply by (1 - delta).",
            "zh": "贴现和不是一期的尺度，应再乘以 (1 - delta)。",
        },
    ),
    "threshold_inverted": (
        {"en": "threshold inverted", "zh": "临界值颠倒"},
        {
            "en": "This is one minus the threshold: the weight of today instead of that of the future.",
            "zh": "这是一减临界值：把今天的权重当成了未来的权重。",
        },
    ),
    "odds_for_threshold": (
        {"en": "gain over loss taken for the threshold", "zh": "把得失之比当作临界值"},
        {
            "en": "Gain over one period's loss is a ratio of odds: the loss recurs for ever, not once.",
            "zh": "一次得益与一期损失之比是赔率：损失每期都在，而非只有一次。",
        },
    ),
    "reversed": (
        {"en": "inequality reversed", "zh": "不等号方向反了"},
        {
            "en": "The boundary is right, the side is not. Try a value at the end of the range.",
            "zh": "边界正确，方向相反。代入区间端点试一试。",
        },
    ),
    "empty_threat": (
        {"en": "an empty threat believed", "zh": "相信了空洞的威胁"},
        {
            "en": "This rests on a threat that would not be carried out. Start at the last move and go back.",
            "zh": "这依赖一个不会兑现的威胁。从最后一步开始向前倒推。",
        },
    ),
    "first_movers_wish": (
        {"en": "the first mover's best outcome", "zh": "先行者最想要的结局"},
        {
            "en": "This is what the first mover would like best. The others choose for themselves.",
            "zh": "这是先行者最想要的结局。其他人各为自己选择。",
        },
    ),
    "risk_dominance": (
        {"en": "risk dominance for payoff dominance, or the reverse", "zh": "混淆风险占优与支付占优"},
        {
            "en": "One compares payoffs at the equilibria, the other what a deviation costs. Both are properties of equilibria.",
            "zh": "一个比较均衡处的支付，另一个比较偏离的代价。",
        },
    ),
    "proportional": (
        {"en": "proportional shares for the Shapley value", "zh": "把比例份额当作夏普利值"},
        {
            "en": "Shares in proportion to size ignore what a member adds to each coalition.",
            "zh": "按大小比例分配忽略了成员给每个联盟带来的增量。",
        },
    ),
    "equal_split": (
        {"en": "equal shares", "zh": "平均分配"},
        {
            "en": "Dividing equally ignores that members add different amounts.",
            "zh": "平均分配忽略了各成员的增量不同。",
        },
    ),
    "last_addition": (
        {"en": "what a member adds last taken for its share", "zh": "把最后加入时的增量当作份额"},
        {
            "en": "This is what the member adds when all others are there. Shapley's rule averages over all orders of arrival.",
            "zh": "这是其他成员都在场时的增量。沙普利法则对所有到达次序取平均。",
        },
    ),
    "worth_for_addition": (
        {"en": "the worth of a coalition taken for what a member adds", "zh": "把联盟的价值当作成员的增量"},
        {
            "en": "Part of this was there before the member came. Take off what the others are worth without it.",
            "zh": "其中一部分在该成员加入之前就有。应减去其他成员单独的价值。",
        },
    ),
    "alone": (
        {"en": "what a member is worth alone", "zh": "把单独的价值当作增量"},
        {
            "en": "This is what the member makes alone. Ask what changes for the others when it joins.",
            "zh": "这是该成员单独的价值。应问它加入之后其他成员的情形有何变化。",
        },
    ),
    "swings_for_orders": (
        {"en": "swings counted alike instead of orders", "zh": "数摇摆次数而非次序"},
        {
            "en": "This counts every swing once (Banzhaf). Shapley and Shubik count each by the orders in which it happens.",
            "zh": "这里每次摇摆只计一次（班扎夫指数）。沙普利—舒比克指数按其出现的次序数计。",
        },
    ),
    "pooling_for_separating": (
        {"en": "pooling for separating", "zh": "把混同当作分离"},
        {
            "en": "If both types do the same, the other side learns nothing; where they differ, it learns all.",
            "zh": "两种类型行为相同，对方什么也学不到；行为不同，对方全都知道。",
        },
    ),
    "belief_is_prior": (
        {"en": "the prior kept as belief", "zh": "把先验当作后验信念"},
        {
            "en": "A message that one type sends more often changes the belief: use Bayes' rule.",
            "zh": "某一类型更常发出的信号会改变信念：应使用贝叶斯法则。",
        },
    ),
    "alone_for_all": (
        {"en": "one member's condition for that of all", "zh": "把一个成员的条件当作全体的条件"},
        {
            "en": "What is enough for one member against a given number of others is not what moves all of them.",
            "zh": "在他人数目给定时足以打动一个成员的，并不足以推动全体。",
        },
    ),
    "baseline_for_always": (
        {"en": "true at the baseline taken for true always", "zh": "把基准处成立当作处处成立"},
        {
            "en": "A claim that holds at one point may fail elsewhere in the range. Say for which values it holds.",
            "zh": "在一点成立的论断在区间其他处可能不成立。请说明对哪些取值成立。",
        },
    ),
    "commitment_ignored": (
        {"en": "commitment ignored", "zh": "忽略了承诺"},
        {
            "en": "Who moves first and is seen changes what the other does; compare with moving at once.",
            "zh": "先行且被看见会改变对方的行为；请与同时行动比较。",
        },
    ),
}


def title(name: str, lang: str) -> str:
    """Return the name of a misconception as a teacher or student reads it."""
    words = MISCONCEPTIONS[name][0]
    return words.get(lang) or words["en"]


def explained(name: str, lang: str) -> str:
    """Return what to say to a student who followed the wrong rule."""
    words = MISCONCEPTIONS[name][1]
    return words.get(lang) or words["en"]
