"""What hangs on a row goes along as Django's own collector would have it, also what nobody thought of yet."""

from collections import Counter

import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import CASCADE, DO_NOTHING, PROTECT, RESTRICT, SET, SET_DEFAULT, SET_NULL
from django.db.models.signals import post_delete, pre_delete

from accounts.cascade import NotPlain, remove, steps
from accounts.models import Erasure, Reason, User
from accounts.verbs import erase
from tests.factories import NOON, a_person

pytestmark = pytest.mark.django_db


def to(model, on_delete, **more):
    null = on_delete in (SET_NULL,) or more.pop("null", False)
    return models.ForeignKey(model, on_delete, related_name="+", null=null, **more)


@pytest.fixture
def a_model():
    """Makes a model of a name and its table, as if an app had just gained it; it is gone after the test."""
    made = []

    def make(name, /, *bases, meta=None, **fields):
        options = type("Meta", (), {"app_label": "accounts", **(meta or {})})
        model = type(name, bases or (models.Model,), {"__module__": __name__, "Meta": options, **fields})
        made.append(model)
        if not model._meta.abstract:
            with connection.schema_editor() as editor:
                editor.create_model(model)
        return model

    yield make
    for model in made:
        for kind in (model, *(field.remote_field.through for field in model._meta.local_many_to_many)):
            apps.all_models["accounts"].pop(kind._meta.model_name, None)
    apps.clear_cache()
    ContentType.objects.clear_cache()


@pytest.fixture
def root(a_model):
    return a_model("Trunk")


def rows_of(*kinds):
    return {kind._meta.label: sorted(kind._base_manager.values_list()) for kind in kinds}


def attempt(act, *kinds):
    """What `act` leaves in these tables, what it counts and what it raises; nothing of it stays."""
    raised, counted = None, None
    with transaction.atomic():
        try:
            with transaction.atomic():
                counted = act()
        except (models.ProtectedError, models.RestrictedError) as error:
            raised = type(error)
        left = rows_of(*kinds)
        transaction.set_rollback(True)
    return raised, counted, left


def the_same(model, numbers, *kinds):
    """Compare with the collector, and say what both left."""

    def ours():
        rows = remove(model, numbers)
        assert set(rows) == set(numbers)
        return {label: count for label, count in sum(rows.values(), Counter()).items() if count}

    def djangos():
        return model._base_manager.filter(pk__in=numbers).delete()[1]

    expected, found = attempt(djangos, *kinds), attempt(ours, *kinds)
    assert found == expected
    return found


def is_plain(model):
    try:
        return bool(steps(model))
    except NotPlain:
        return False


class TestWhatIsPlain:
    """It goes a table at a time."""

    def test_is_what_hangs_on_accounts_today(self):
        assert len(steps(User)) > 20

    def test_takes_what_cascades_and_lets_go_of_the_rest(self, a_model, root):
        leaf = a_model("Leaf", trunk=to(root, CASCADE), other=to(root, SET_NULL))
        bird = a_model("Bird", trunk=to(root, SET_NULL))
        one, two, three = (root.objects.create() for _ in range(3))
        for owner, other in [(one, two), (one, three), (two, three), (three, one), (three, None)]:
            leaf.objects.create(trunk=owner, other=other)
        for owner in (one, two, three, None):
            bird.objects.create(trunk=owner)
        assert is_plain(root)
        _, counted, left = the_same(root, [one.pk, two.pk], root, leaf, bird)
        assert counted == {"accounts.Leaf": 3, "accounts.Trunk": 2}
        assert [(owner, other) for _pk, owner, other in left["accounts.Leaf"]] == [(three.pk, None)] * 2

    def test_goes_as_deep_as_the_rows_do(self, a_model, root):
        branch = a_model("Branch", trunk=to(root, CASCADE))
        twig = a_model("Twig", branch=models.OneToOneField(branch, CASCADE, related_name="+"))
        leaf = a_model("Leaf", twig=to(twig, CASCADE))
        bird = a_model("Bird", twig=to(twig, SET_NULL), leaf=to(leaf, SET_NULL))
        for _ in range(3):
            trunk = root.objects.create()
            for _ in range(2):
                on = twig.objects.create(branch=branch.objects.create(trunk=trunk))
                bird.objects.create(twig=on, leaf=leaf.objects.create(twig=on))
        assert is_plain(root)
        numbers = list(root.objects.values_list("pk", flat=True))[:2]
        _, counted, _ = the_same(root, numbers, root, branch, twig, leaf, bird)
        assert counted == {
            "accounts.Trunk": 2,
            "accounts.Branch": 4,
            "accounts.Twig": 4,
            "accounts.Leaf": 4,
        }

    def test_counts_for_each_what_was_theirs(self, a_model, root):
        branch = a_model("Branch", trunk=to(root, CASCADE))
        leaf = a_model("Leaf", branch=to(branch, CASCADE))
        few, many = root.objects.create(), root.objects.create()
        for trunk, number in ((few, 1), (many, 3)):
            on = branch.objects.create(trunk=trunk)
            for _ in range(number):
                leaf.objects.create(branch=on)
        rows = remove(root, [few.pk, many.pk])
        assert rows[few.pk] == {"accounts.Trunk": 1, "accounts.Branch": 1, "accounts.Leaf": 1}
        assert rows[many.pk] == {"accounts.Trunk": 1, "accounts.Branch": 1, "accounts.Leaf": 3}

    def test_takes_a_row_that_hangs_on_two_once(self, a_model, root):
        left, right = a_model("Left", trunk=to(root, CASCADE)), a_model("Right", trunk=to(root, CASCADE))
        nest = a_model("Nest", left=to(left, CASCADE), right=to(right, CASCADE, null=True))
        egg = a_model("Egg", nest=to(nest, CASCADE))
        one, two = root.objects.create(), root.objects.create()
        for a, b in [(one, one), (one, two), (two, one), (two, two)]:
            home = nest.objects.create(left=left.objects.create(trunk=a), right=right.objects.create(trunk=b))
            egg.objects.create(nest=home)
        nest.objects.create(left=left.objects.create(trunk=two), right=None)
        assert is_plain(root)
        _, counted, _ = the_same(root, [one.pk], root, left, right, nest, egg)
        assert counted["accounts.Nest"] == counted["accounts.Egg"] == 3
        the_same(root, [one.pk, two.pk], root, left, right, nest, egg)

    def test_ends_belonging_to_a_group(self, a_model, root):
        group = a_model("Wood")
        member = a_model("Tree", woods=models.ManyToManyField(group, related_name="+"))
        one, two = member.objects.create(), member.objects.create()
        wood = group.objects.create()
        wood_of = member.woods.through
        for tree in (one, two):
            tree.woods.add(wood)
        assert is_plain(member)
        _, counted, left = the_same(member, [one.pk], member, group, wood_of)
        assert counted == {"accounts.Tree": 1, "accounts.Tree_woods": 1}
        assert len(left["accounts.Tree_woods"]) == 1

    def test_leaves_alone_what_wants_nothing_done(self, a_model, root):
        note = a_model("Note", trunk=to(root, DO_NOTHING, db_constraint=False))
        note.objects.create(trunk=root.objects.create())
        assert is_plain(root)
        the_same(root, list(root.objects.values_list("pk", flat=True)), root, note)

    def test_takes_nobody_else(self, a_model, root):
        leaf = a_model("Leaf", trunk=to(root, CASCADE))
        for _ in range(2):
            leaf.objects.create(trunk=root.objects.create())
        assert remove(root, []) == {}
        assert (root.objects.count(), leaf.objects.count()) == (2, 2)


class TestWhatIsNot:
    """It is left to Django, and comes out as there."""

    def test_a_row_that_must_stay_keeps_what_it_hangs_on(self, a_model, root):
        receipt = a_model("Receipt", trunk=to(root, PROTECT))
        free, bound = root.objects.create(), root.objects.create()
        receipt.objects.create(trunk=bound)
        assert not is_plain(root)
        assert the_same(root, [bound.pk], root, receipt)[0] is models.ProtectedError
        assert the_same(root, [free.pk], root, receipt)[0] is None

    def test_a_row_that_may_only_go_with_another(self, a_model, root):
        branch = a_model("Branch", trunk=to(root, CASCADE))
        fruit = a_model("Fruit", trunk=to(root, CASCADE), branch=to(branch, RESTRICT))
        one, two = root.objects.create(), root.objects.create()
        fruit.objects.create(trunk=one, branch=branch.objects.create(trunk=one))
        fruit.objects.create(trunk=one, branch=branch.objects.create(trunk=two))
        assert the_same(root, [one.pk], root, branch, fruit)[0] is None
        assert the_same(root, [two.pk], root, branch, fruit)[0] is models.RestrictedError

    def test_a_row_that_falls_to_another(self, a_model, root):
        heir = root.objects.create()
        seed = a_model("Seed", a=to(root, SET(lambda: heir.pk)), b=to(root, SET_DEFAULT, default=heir.pk))
        gone = root.objects.create()
        seed.objects.create(a=gone, b=gone)
        _, _, left = the_same(root, [gone.pk], root, seed)
        assert [row[1:] for row in left["accounts.Seed"]] == [(heir.pk, heir.pk)]

    def test_a_row_that_hangs_on_its_like(self, a_model, root):
        answer = a_model("Answer", trunk=to(root, CASCADE), to=to("self", CASCADE, null=True))
        one, two = root.objects.create(), root.objects.create()
        first = answer.objects.create(trunk=one)
        second = answer.objects.create(trunk=two, to=first)
        answer.objects.create(trunk=two, to=second)
        answer.objects.create(trunk=two)
        _, counted, left = the_same(root, [one.pk], root, answer)
        assert (counted["accounts.Answer"], len(left["accounts.Answer"])) == (3, 1)

    def test_a_row_that_is_spread_over_two_tables(self, a_model, root):
        oak = a_model("Oak", root, acorns=models.IntegerField(default=0))
        one = oak.objects.create()
        root.objects.create()
        _, counted, _ = the_same(root, [one.pk], root, oak)
        assert counted == {"accounts.Oak": 1, "accounts.Trunk": 1}
        assert the_same(oak, [one.pk], root, oak)[1] == counted

    def test_a_row_that_hangs_by_kind_and_number(self, a_model):
        tag = a_model(
            "Tag",
            content_type=to(ContentType, CASCADE),
            object_id=models.BigIntegerField(),
            thing=GenericForeignKey(),
        )
        thing = a_model("Thing", tags=GenericRelation(tag))
        one, two = thing.objects.create(), thing.objects.create()
        for each in (one, two):
            tag.objects.create(thing=each)
        _, counted, _ = the_same(thing, [one.pk], thing, tag)
        assert counted == {"accounts.Thing": 1, "accounts.Tag": 1}

    def test_a_row_that_hangs_by_something_else_than_the_number(self, a_model):
        street = a_model("Street", name=models.CharField(max_length=9, unique=True))
        house = a_model("House", street=to(street, CASCADE, to_field="name"))
        one = street.objects.create(name="one")
        house.objects.create(street=one)
        house.objects.create(street=street.objects.create(name="two"))
        _, counted, _ = the_same(street, [one.pk], street, house)
        assert counted == {"accounts.Street": 1, "accounts.House": 1}

    @pytest.mark.parametrize("signal", [pre_delete, post_delete])
    def test_a_row_whose_end_somebody_listens_for(self, a_model, root, signal):
        leaf = a_model("Leaf", trunk=to(root, CASCADE))
        heard = []

        def listen(instance, **_more):
            heard.append(instance)

        leaf.objects.create(trunk=root.objects.create())
        signal.connect(listen, sender=leaf)
        try:
            remove(root, list(root.objects.values_list("pk", flat=True)))
        finally:
            signal.disconnect(listen, sender=leaf)
        assert len(heard) == 1
        assert not leaf.objects.exists()


class TestANewTableOfAnApp:
    """Nobody told erasing of it."""

    def test_goes_with_the_account_and_is_accounted_for(self, a_model, sami):
        rune = a_model("Rune", person=to(User, CASCADE))
        mark = a_model("Mark", rune=to(rune, CASCADE))
        zoe = a_person("zoe@example.org")
        for person in (sami, zoe):
            mark.objects.create(rune=rune.objects.create(person=person))
        erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert rune.objects.get().person_id == zoe.pk
        assert mark.objects.get().rune.person_id == zoe.pk
        rows = Erasure.objects.get().rows
        assert (rows["accounts.Rune"], rows["accounts.Mark"]) == (1, 1)

    def test_is_let_go_of(self, a_model, sami):
        leaflet = a_model("Leaflet", by=to(User, SET_NULL))
        leaflet.objects.create(by=sami)
        erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert leaflet.objects.get().by_id is None
        assert "accounts.Leaflet" not in Erasure.objects.get().rows

    def test_can_stand_in_the_way_and_then_nothing_is_done(self, a_model, sami):
        contract = a_model("Contract", person=to(User, PROTECT))
        contract.objects.create(person=sami)
        with pytest.raises(models.ProtectedError):
            erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        assert User.objects.filter(pk=sami.pk).exists()
        assert not Erasure.objects.exists()
        contract.objects.all().delete()
        erase(sami.pk, reason=Reason.CLOSED, at=NOON)
        rows = Erasure.objects.get().rows
        assert rows["accounts.User"] == rows["account.EmailAddress"] == 1
