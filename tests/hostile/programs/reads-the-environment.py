# A secret in the environment.
# page: L201 KeyError: 'CORPUS_TOKEN'
# notebook: L501 KeyError: 'CORPUS_TOKEN'
import os

print(os.environ['CORPUS_TOKEN'])
