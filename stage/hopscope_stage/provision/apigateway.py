"""REST APIs: the kind of API Gateway that the free emulators imitate."""

from collections.abc import Mapping
from functools import partial

from hopscope_stage.provision.lambda_ import allow
from hopscope_stage.provision.site import Client, Site
from hopscope_stage.shapes import Api, App

STAGE = "live"


def connect(site: Site, app: App) -> None:
    """Every API with its routes, deployed."""
    for api in app.apis:
        _create_api(site, api)


def _create_api(site: Site, api: Api) -> None:
    client = site.client("apigateway")
    name = site.directory.name(f"api.{api.name}")
    api_id = client.create_rest_api(name=name)["id"]
    site.made(f"API {name}", partial(client.delete_rest_api, restApiId=api_id))
    root = client.get_resources(restApiId=api_id)["items"][0]["id"]
    resources = {"": str(root)}
    for route, function in api.routes.items():
        method, _, path = route.partition(" ")
        resource = _resource(client, api_id, resources, path)
        where = {"restApiId": api_id, "resourceId": resource, "httpMethod": method}
        _put_route(site, where, function)
    for function in sorted(set(api.routes.values())):
        source = f"arn:aws:execute-api:{site.place.region}:{site.place.account}:{api_id}/*/*/*"
        allow(site, function, "apigateway.amazonaws.com", source)
    client.create_deployment(restApiId=api_id, stageName=STAGE)
    site.directory.learn(f"api.{api.name}", url=_url(site, client, api_id))


def _resource(client: Client, api_id: str, resources: dict[str, str], path: str) -> str:
    """The id of the path's resource; makes those on the way that are not there yet."""
    path = path.rstrip("/")
    if path not in resources:
        parent, _, part = path.rpartition("/")
        parent_id = _resource(client, api_id, resources, parent)
        resources[path] = client.create_resource(restApiId=api_id, parentId=parent_id, pathPart=part)["id"]
    return resources[path]


def _put_route(site: Site, where: Mapping[str, str], function: str) -> None:
    client = site.client("apigateway")
    client.put_method(**where, authorizationType="NONE")
    arn = site.directory.arn(f"function.{function}")
    uri = f"arn:aws:apigateway:{site.place.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    client.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)


def _url(site: Site, client: Client, api_id: str) -> str:
    """Emulators are reached by path, so that no name needs resolving; AWS by the API's own host."""
    endpoint = str(client.meta.endpoint_url)
    if endpoint.endswith(".amazonaws.com"):
        return f"https://{api_id}.execute-api.{site.place.region}.amazonaws.com/{STAGE}"
    return f"{endpoint.rstrip('/')}/_aws/execute-api/{api_id}/{STAGE}"
