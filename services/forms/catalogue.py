"""What volunteers write into the catalogue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from services.models import Dependency, Service


class ServiceForm(forms.ModelForm):
    """Which fields it has besides, the desk says."""

    needed = forms.ModelMultipleChoiceField(
        Service.objects.all(),
        required=False,
        label=_("needs"),
        help_text=_(
            "Services without which this one does not work: mail needs the names. What fails together is told once."
        ),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        if self.instance.pk:
            here = Dependency.objects.filter(service=self.instance)
            self.initial["needed"] = list(here.values_list("needs_id", flat=True))
            needed = self.fields["needed"]
            assert isinstance(needed, forms.ModelMultipleChoiceField)
            needed.queryset = Service.objects.exclude(pk=self.instance.pk)
